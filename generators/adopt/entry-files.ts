/** Files that make the application for the worker, and its Celery, and nothing else. */
import { type Node, type SourceFile, statements } from "../../lib/python/index.ts";
import { importedDefinition, importsOf, type Project } from "../../lib/survey/index.ts";

/** One of them, with the names that the object has there. */
export interface EntryFile {
  source: SourceFile;
  names: string[];
}

/** What is known of the object already. */
export interface Known {
  /** Name of the application factory. */
  factory: string;
  /** The names of the object in a file, imported ones included. */
  namesIn(source: SourceFile): string[];
  isGone(statement: Node): boolean;
  isUsed(source: SourceFile): boolean;
}

const DEPLOYMENT =
  /(^|\/)(Procfile|Makefile|\.flaskenv|\.env[\w.]*|[\w.-]*Dockerfile[\w.-]*|[\w.-]+\.(ya?ml|sh|toml|ini|cfg|conf|service|json))$/;

/** Whatever else is started from a file, such as the web, needs its application: its name must say that it is the worker's. */
export function findEntryFiles(project: Project, known: Known): EntryFile[] {
  return [...project.sources.values()].flatMap((source) => {
    const names = /celery|worker/i.test(source.path.split("/").at(-1)!) ? known.namesIn(source) : [];
    const isNeeded = () => known.isUsed(source) || isImported(project, source) || isServed(project, source);
    return names.length > 0 && !isNeeded() && makesOnlyThat(source, known) ? [{ source, names }] : [];
  });
}

function isImported(project: Project, { path }: SourceFile): boolean {
  return [...project.sources.values()].some(
    (other) =>
      other.path !== path && importsOf(other).some((item) => importedDefinition(project, other, item)?.path === path),
  );
}

/** Whether a deployment file names the application of this file. */
function isServed(project: Project, { path }: SourceFile): boolean {
  const module = path.split("/").at(-1)!.replace(/\.py$/, "");
  const served = new RegExp(`\\b${module}:(app|application|create_app)\\b|FLASK_APP[=: ]+["']?\\S*\\b${module}\\b`);
  return project.paths.some(
    (other) => DEPLOYMENT.test(other) && served.test(Buffer.from(project.read(other) ?? []).toString("utf8")),
  );
}

/** Imports, the application, its context and the object: nothing else. */
function makesOnlyThat({ tree }: SourceFile, { factory, isGone }: Known): boolean {
  return statements(tree.rootNode).every((statement) => {
    const { type, text } = statement;
    if (["import_statement", "import_from_statement", "future_import_statement"].includes(type)) return true;
    if (/^[rR]?["']/.test(text) || isGone(statement)) return true;
    const isPush = /^\w+\.app_context\(\)\.push\(\)$/.test(text);
    return isPush || (factory !== "" && new RegExp(`^\\w+ = ${factory}\\(.*\\)$`, "s").test(text));
  });
}
