/** Addresses that a setting of Celery's has somewhere in a project: in Python, in environment files, in what deploys it. */
import { lineOf, type Node, stringValue } from "../../python/index.ts";
import { applicationSources, readText } from "../names/lookup.ts";
import type { Location } from "../project.ts";
import type { Reading } from "../reading.ts";

/** Where an address was found, and what kind of address it is. */
export interface NamedUrl {
  /** Scheme of the URL, e.g. "db+postgresql"; of our own placeholders the service, e.g. "database". */
  scheme: string;
  at: Location;
}

const ENV_FILE = /(^|\/)(\.env(\.[\w-]+)*|[\w.-]*\.env(\.[\w-]+)?|env\.(example|sample|template|dist))$/;
const COMPOSE = /(^|\/)(docker-)?compose[\w.-]*\.ya?ml$/;
const DEPLOYMENT =
  /(^|\/)(([\w.-]*\.)?(Docker|Container)file([.-][\w.-]+)?|Procfile([.-]\w+)?)$|^[\w.-]+\.ya?ml$|(^|\/)(k8s|kube\w*|helm|charts?|deploy\w*|manifests?)\/.*\.ya?ml$/;

/** Files with one `NAME=value` in a line. */
export function environmentFiles({ paths }: Reading): string[] {
  return paths.filter((path) => ENV_FILE.test(path));
}

export function composeFiles({ paths }: Reading): string[] {
  return paths.filter((path) => COMPOSE.test(path));
}

/** Dockerfiles, Procfiles, manifests of Kubernetes and of platforms. */
export function deploymentFiles({ paths }: Reading): string[] {
  return paths.filter((path) => DEPLOYMENT.test(path) && !COMPOSE.test(path) && !ENV_FILE.test(path));
}

/**
 * The lines of a file. Where a value stands in the line below its name, as in a manifest of Kubernetes, both are one line, with
 * the number of the second.
 */
export function linesOf(reading: Reading, path: string): { text: string; line: number }[] {
  const lines = (readText(reading, path) ?? "").split(/\r\n|\n|\r/);
  return lines.map((text, index) => {
    const name = /^\s*value\s*:/.test(text) ? /^\s*-?\s*name\s*:.*$/.exec(lines[index - 1] ?? "")?.[0] : undefined;
    return { text: name ? `${name} ${text.trim()}` : text, line: index + 1 };
  });
}

/**
 * Every URL that belongs to a setting.
 *
 * @param setting - end of its name in either case, e.g. "RESULT_BACKEND"
 */
export function urlsNamed(reading: Reading, setting: string): NamedUrl[] {
  const named = new RegExp(`\\b\\w*${setting}\\b`, "i");
  const inLine = new RegExp(
    `\\b\\w*${setting}\\b\\W*(?:value\\W+)?(?:\\$\\{\\w+:?-)?(?:([a-z][a-z\\d+-]*)://|([a-z]+)_\\w*your_connection_string_here)`,
    "i",
  );
  const files = [...environmentFiles(reading), ...composeFiles(reading), ...deploymentFiles(reading)];
  const inFiles = files.flatMap((path) =>
    linesOf(reading, path).flatMap(({ text, line }): NamedUrl[] => {
      const found = /^\s*#/.test(text) ? null : inLine.exec(text);
      const scheme = found?.[1] ?? found?.[2];
      return scheme ? [{ scheme, at: { path, line } }] : [];
    }),
  );
  const inPython = applicationSources(reading)
    .filter(({ text }) => named.test(text))
    .flatMap((source) =>
      source.tree.rootNode.descendantsOfType("string").flatMap((node): NamedUrl[] => {
        const scheme = /^([a-z][a-z\d+-]*):\/\//i.exec(stringValue(node) ?? "")?.[1];
        if (!scheme || !named.test(statementText(node))) return [];
        return [{ scheme, at: { path: source.path, line: lineOf(node) } }];
      }),
    );
  return [...inFiles, ...inPython];
}

const STATEMENTS = ["pair", "keyword_argument", "assignment", "expression_statement", "block", "module"];

/** The assignment or item around a string, without the rest of a long mapping. */
export function statementText(node: Node): string {
  let at = node;
  while (at.parent && !STATEMENTS.includes(at.type)) at = at.parent;
  return at.text.slice(0, 400);
}
