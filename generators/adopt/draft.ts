/** The edits of all rules, file by file, and which rule made which. */
import {
  cutImport,
  dropImports,
  type Edit,
  lineOf,
  type Node,
  placeImport,
  readSource,
  type SourceFile,
  splice,
  statements,
} from "../../lib/python/index.ts";
import {
  type FlaskApp,
  importedDefinition,
  importsOf,
  isFlaskImport,
  ownImports,
  type Project,
  type Reading,
} from "../../lib/survey/index.ts";

/** One rule: what it does and why it is needed. */
export interface Rule {
  name: string;
  why: string;
}

/** What one rule did, as the plan tells it. */
export interface Made {
  rule: string;
  why: string;
  /** `path:line`, in the file as it was. */
  at: string[];
}

interface Drafted {
  source: SourceFile;
  edits: Edit[];
  /** Names whose imports go when nothing else uses them. */
  drop: Set<string>;
  add: Set<string>;
  /** Names that stand for Celery's current application from then on. */
  current: Set<string>;
  whole: string | null;
}

export class Draft {
  readonly #files = new Map<string, Drafted>();
  readonly #made = new Map<string, Made>();

  /** Plans edits of one file, all of which count from the file as it was read. */
  edit({ name, why }: Rule, source: SourceFile, node: Node, ...edits: Edit[]): void {
    this.#of(source).edits.push(...edits);
    this.note({ name, why }, `${source.path}:${lineOf(node)}`);
  }

  /** Plans new lines, which come before whatever else is planned at their place. */
  insert({ name, why }: Rule, source: SourceFile, edit: Edit): void {
    this.#of(source).edits.unshift(edit);
    this.note({ name, why }, `${source.path}:${source.text.slice(0, edit.start).split("\n").length}`);
  }

  /** Plans a file's new text, whatever else was planned for it. */
  replace(rule: Rule, source: SourceFile, text: string): void {
    this.#of(source).whole = text;
    this.note(rule, `${source.path}:1`);
  }

  note({ name, why }: Rule, at: string): void {
    const made = this.#made.get(name) ?? { rule: name, why, at: [] };
    if (!made.at.includes(at)) made.at.push(at);
    this.#made.set(name, made);
  }

  addImport(source: SourceFile, line: string): void {
    this.#of(source).add.add(line);
  }

  dropImport(source: SourceFile, ...names: readonly string[]): void {
    for (const name of names) this.#of(source).drop.add(name);
  }

  /** Lets a name that the file imports stand for the Celery that is in use. */
  useCurrentApp(source: SourceFile, local: string): void {
    this.#of(source).current.add(local);
  }

  /** Files in which nothing is left but imports and comments, and that nothing imports. */
  emptied(files: ReadonlyMap<string, Uint8Array>, planned: Project): string[] {
    const imported = new Set(
      [...planned.sources.values()].flatMap((source) =>
        importsOf(source).flatMap((item) => importedDefinition(planned, source, item)?.path ?? []),
      ),
    );
    return [...files].flatMap(([path, bytes]) => {
      const drafted = this.#files.get(path)!;
      if (path.endsWith("__init__.py") || drafted.whole || imported.has(path)) return [];
      const left = statements(readSource(path, bytes).tree.rootNode).filter(
        ({ type, text }) => !type.includes("import") && !/^["']/.test(text),
      );
      return left.length === 0 && statements(drafted.source.tree.rootNode).length > 0 ? [path] : [];
    });
  }

  get made(): readonly Made[] {
    return [...this.#made.values()];
  }

  /** Every file that is another one then. */
  files(reading: Reading, { importRoot, package: name }: FlaskApp): Map<string, Uint8Array> {
    const isOwn = ownImports(importRoot, reading.pathSet, name ? `${name}.celery_app` : "celery_app");
    return new Map(
      [...this.#files].map(([path, { source, edits, drop, add, current, whole }]) => {
        if (whole !== null) return [path, Buffer.from(whole)];
        let file = readSource(path, splice(source, edits));
        // First what comes: a line that is about to go shows the place.
        for (const line of add) {
          if (isThere(file, line)) continue;
          file = readSource(path, splice(file, [placeImport(file, line, { isHome: isFlaskImport, isOwn })]));
        }
        for (const local of current) {
          const isInside = importsOf(file).some((item) => item.local === local && item.node.parent?.type !== "module");
          const line = placeImport(file, currentApp(local), { isHome: isFlaskImport, isOwn });
          if (!isInside) file = readSource(path, splice(file, [line]));
        }
        file = readSource(path, splice(file, withoutImport(file, current)));
        const gone = [...drop].filter((name) => !current.has(name));
        file = readSource(path, splice(file, dropImports(file, gone, [], { everywhere: true })));
        return [path, file.bytes];
      }),
    );
  }

  #of(source: SourceFile): Drafted {
    const known = this.#files.get(source.path) ?? {
      source,
      edits: [],
      drop: new Set<string>(),
      add: new Set<string>(),
      current: new Set<string>(),
      whole: null,
    };
    this.#files.set(source.path, known);
    return known;
  }
}

const currentApp = (local: string) => `from celery import current_app as ${local}`;

/** `from app import celery` goes, to make place for Celery's current application; inside a function, that is put in its place. */
function withoutImport(source: SourceFile, names: ReadonlySet<string>): Edit[] {
  return importsOf(source)
    .filter(({ local, name, module }) => names.has(local) && name !== null && module !== "celery")
    .flatMap((item) => cutImport(source, item, currentApp(item.local)));
}

/** Whether the very import stands there already. */
function isThere(source: SourceFile, line: string): boolean {
  const [, module, name, local = name] =
    /^from (\S+) import (\w+)(?: as (\w+))?$/.exec(line) ?? /^(import) (\S+)()$/.exec(line) ?? [];
  return importsOf(source).some((item) => {
    const from = module === "import" ? item.name === null && item.module === name : item.name === name;
    return (
      from && (module === "import" || (item.local === local && `${".".repeat(item.level)}${item.module}` === module))
    );
  });
}
