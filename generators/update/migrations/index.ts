/** What new generated files ask of files of the user's own, where they lose a name that these use. */
import { UserError } from "../../../lib/errors/index.ts";
import {
  type ImportedName,
  lineOf,
  placeImport,
  readSource,
  type SourceFile,
  splice,
} from "../../../lib/python/index.ts";
import { importedDefinition, isFlaskImport, type Project } from "../../../lib/survey/index.ts";
import { masked } from "./0001-masked.ts";
import { followAppContext } from "./0002-follow-app-context.ts";
import type { Migration, Use } from "./migration.ts";
import { goneNames, usesOf } from "./names.ts";

const MIGRATIONS: readonly Migration[] = [masked, followAppContext];

/** Files of the user's own as they will be, and which rule made which edit. */
export interface Migrated {
  files: Map<string, Uint8Array>;
  made: { rule: string; why: string; at: string[] }[];
}

/**
 * @param texts - generated files as they will be, by path
 * @throws UserError `update-names-gone` for uses that no rule mends for certain
 */
export function migrate(project: Project, texts: ReadonlyMap<string, string>): Migrated {
  const gone = goneNames(project, texts);
  const migrated: Migrated = { files: new Map(), made: [] };
  const left: Use[] = [];
  for (const source of gone.size > 0 ? project.sources.values() : []) {
    const planned = texts.get(source.path);
    if (planned !== undefined) {
      // An edit of the user's may have been merged into it.
      left.push(...usesOf(project, readSource(source.path, Buffer.from(planned)), gone));
      continue;
    }
    let file = source;
    let uses = usesOf(project, file, gone);
    for (const migration of MIGRATIONS) {
      const isFor = ({ path, name }: Use) => path.endsWith(migration.file) && name === migration.name;
      const use = uses.find(isFor);
      // First what comes: a line that is about to go shows the place.
      const placed = use ? withLine(project, file, migration, use) : file;
      const edits = usesOf(project, placed, gone).filter(isFor).flatMap(migration.edits);
      if (!use || edits.length === 0) continue;
      note(migrated, migration, `${source.path}:${lineOf(use.at)}`);
      file = readSource(source.path, splice(placed, edits));
      uses = usesOf(project, file, gone);
    }
    if (file !== source) migrated.files.set(source.path, file.bytes);
    left.push(...uses);
  }
  refuseLeft(left);
  return migrated;
}

function withLine(project: Project, source: SourceFile, { line }: Migration, use: Use): SourceFile {
  if (!line || use.imported?.node.parent?.type !== "module") return source;
  const isOwn = (item: ImportedName) => importedDefinition(project, source, item) !== null;
  return readSource(source.path, splice(source, [placeImport(source, line(use), { isHome: isFlaskImport, isOwn })]));
}

function note({ made }: Migrated, { rule, why }: Migration, at: string): void {
  const known = made.find((one) => one.rule === rule);
  if (known) known.at.push(at);
  else made.push({ rule, why, at: [at] });
}

function refuseLeft(left: readonly Use[]): void {
  if (left.length === 0) return;
  throw new UserError({
    code: "update-names-gone",
    what: "Files of yours use what the generated ones will not have any more: nothing was written.",
    why: "With new generated files alone, the application would not start, or would fail there.",
    fix: "Take each place off that name, or copy what it names into a file of your own; then run the command again.",
    details: left.map(({ source, at, path, name }) => `${source.path}:${lineOf(at)} uses ${name} of ${path}`),
  });
}
