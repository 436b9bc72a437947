import { callArguments, lineOf, type Node, type SourceFile, statements, stringValue } from "../../python/index.ts";
import {
  applicationSources,
  assignedValue,
  definitionNamed,
  definitionOf,
  libraryName,
  valuesOf,
} from "../names/lookup.ts";
import { isOwnRoutes } from "../own.ts";
import type { Blueprint } from "../project.ts";
import { mayHold, type Reading } from "../reading.ts";
import { prefixVariables } from "./prefix.ts";
import { registrations } from "./registered.ts";

/** Constructors by library; modules are compared by their first part. */
const CONSTRUCTORS: readonly { libraries: readonly string[]; name: string; kind: Blueprint["kind"] }[] = [
  { libraries: ["flask_smorest", "flask_rest_api"], name: "Blueprint", kind: "smorest" },
  { libraries: ["flask_restx", "flask_restplus"], name: "Namespace", kind: "namespace" },
  { libraries: ["apiflask", "flask_openapi3"], name: "APIBlueprint", kind: "blueprint" },
  { libraries: ["flask", "flask_api"], name: "Blueprint", kind: "blueprint" },
];
/** What a file is called that holds the views of the folder it stands in. */
const VIEW_MODULE =
  /^(views?|routes?|blueprints?|bp|apis?|controllers?|handlers?|resources?|rest|endpoints?|urls|pages?|main|__init__)$/;
/**
 * Every blueprint (Flask's, flask-smorest's, flask-restx's namespaces) of the application, in the order of its files.
 *
 * @see https://flask.palletsprojects.com/en/stable/blueprints/
 */
export function surveyBlueprints(reading: Reading): Blueprint[] {
  const made = applicationSources(reading)
    .filter((source) => !isOwnRoutes(source))
    .flatMap((source) => constructedIn(reading, source));
  const registered = registrations(reading);
  const known = new Map(
    made.map(({ source, call, variable }) => {
      const key = `${source.path}:${variable}`;
      return [key, { source, call, registration: registered.get(key) ?? null }];
    }),
  );
  const folders = new Map<string, Set<string>>();
  for (const { source } of made) {
    const folder = folderOf(source.path);
    folders.set(folder, (folders.get(folder) ?? new Set()).add(source.path));
  }
  const appFolders = foldersOfApps(reading);
  return made.map(({ source, call, variable, name, library, kind }) => {
    const { path } = source;
    const place = valuesOf(reading).place(path);
    const alone = folders.get(folderOf(path))?.size === 1 && !appFolders.has(folderOf(path));
    const stem = path.split("/").at(-1)!.replace(/\.py$/, "");
    const own = VIEW_MODULE.test(stem) || stem === folderOf(path).split("/").at(-1);
    const layout = stem === "__init__" || (place.package !== "" && alone && own) ? "package" : "module";
    const prefixed = known.get(`${path}:${variable}`)!;
    const { registration } = prefixed;
    return {
      name,
      variable,
      kind,
      library,
      path,
      module: place.module,
      package: place.package,
      layout,
      at: { path, line: lineOf(call) },
      registeredAt: registration && { path: registration.source.path, line: lineOf(registration.call) },
      get prefixVariables() {
        return prefixVariables(reading, prefixed, known);
      },
    };
  });
}

interface Made {
  source: SourceFile;
  call: Node;
  variable: string;
  name: string;
  kind: Blueprint["kind"];
  library: string;
}

function constructedIn(reading: Reading, source: SourceFile): Made[] {
  if (!valuesOf(reading).handing.isNamedIn(source.text)) return [];
  return assignments(source).flatMap(({ variable, value }) => {
    const callee = value.type === "call" ? value.childForFieldName("function") : null;
    const known = callee && kindOf(reading, source, callee);
    if (!known) return [];
    const { positional, keywords } = callArguments(value);
    const given = keywords.get("name") ?? positional[0] ?? null;
    const constant = given?.type === "identifier" ? assignedValue(source.tree.rootNode, given.text) : null;
    const name = stringValue(given) ?? stringValue(constant) ?? variable.replace(/_?(bp|blueprint|ns)$/, "");
    return [{ source, call: value, variable, name: name || variable, ...known }];
  });
}

/** `x = call(...)` anywhere in a file: some factories make their blueprints inside. */
function assignments(source: SourceFile): { variable: string; value: Node }[] {
  return source.tree.rootNode.descendantsOfType("assignment").flatMap((node) => {
    const left = node?.childForFieldName("left");
    const value = node?.childForFieldName("right");
    return left?.type === "identifier" && value ? [{ variable: left.text, value }] : [];
  });
}

type Kind = Pick<Blueprint, "kind" | "library">;

function kindOf(reading: Reading, source: SourceFile, callee: Node, depth = 0): Kind | null {
  const library = libraryName(source, callee);
  const top = library?.module.split(".")[0] ?? "";
  const known = CONSTRUCTORS.find((item) => item.name === library?.name && item.libraries.includes(top));
  if (known) return { kind: known.kind, library: top };
  // A subclass of the project's own.
  const found = depth < 3 ? definitionOf(reading, source, callee) : null;
  const holder = found?.name ? reading.parse(found.path) : null;
  const type = found?.name && holder ? definitionNamed(holder.tree.rootNode, found.name) : null;
  const bases = type?.type === "class_definition" ? type.childForFieldName("superclasses") : null;
  for (const base of bases && holder ? statements(bases) : []) {
    const kind = kindOf(reading, holder!, base, depth + 1);
    if (kind) return kind;
  }
  return null;
}

function folderOf(path: string): string {
  return path.split("/").slice(0, -1).join("/");
}

/** Folders with a file that constructs a Flask application: their modules belong to the application, not to a blueprint. */
function foldersOfApps(reading: Reading): Set<string> {
  const folders = new Set<string>();
  for (const source of applicationSources(reading)) {
    if (!mayHold(reading, source, /Flask|OpenAPI/)) continue;
    for (const call of source.tree.rootNode.descendantsOfType("call")) {
      const callee = call?.childForFieldName("function");
      const name = callee ? libraryName(source, callee)?.name : "";
      if (name && ["Flask", "APIFlask", "OpenAPI"].includes(name)) folders.add(folderOf(source.path));
    }
  }
  return folders;
}
