/** How the project's own tests get their application. */
import {
  callArguments,
  lineOf,
  type Node,
  type SourceFile,
  statements,
  stringValue,
  undecorated,
} from "../../python/index.ts";
import { nameOf, valuesOf } from "../names/lookup.ts";
import { isTestPath } from "../names/modules.ts";
import type { FlaskApp, Location } from "../project.ts";
import type { Reading } from "../reading.ts";
import { importsFirst, preparation } from "./entry.ts";

export interface TestApp {
  at: Location;
  /** Name of the fixture that gives the application; "" where there is none. */
  fixture: string;
  /** Otherwise the call that tests make it with; null where that can't be repeated elsewhere. */
  call: { imports: readonly string[]; expression: string } | null;
}

const NAMES = /^(app|flask_app|application|test_app|testapp)$/;

/**
 * The application of the project's tests; null where they have none.
 *
 * @see https://flask.palletsprojects.com/en/stable/testing/#fixtures
 * @param testFile - the file that wants it: fixtures of a `conftest.py` beside or above are in its reach
 */
export function surveyTestApp(reading: Reading, app: FlaskApp, testFile: string): TestApp | null {
  const isAbove = (path: string) => testFile.startsWith(path.slice(0, path.length - "conftest.py".length));
  const conftests = reading.paths.filter((path) => /(^|\/)conftest\.py$/.test(path) && isAbove(path));
  // The nearest one hides those above.
  for (const path of conftests.toSorted((a, b) => b.length - a.length)) {
    const source = reading.parse(path);
    const fixture = source && fixtureIn(source);
    if (fixture) return fixture;
  }
  return app.kind === "factory" ? callIn(reading, app, testFile) : null;
}

function fixtureIn(source: SourceFile): TestApp | null {
  for (const statement of statements(source.tree.rootNode)) {
    const definition = undecorated(statement);
    const marks = statement.namedChildren.flatMap((node) => (node?.type === "decorator" ? statements(node) : []));
    const mark = marks.find((node) => /(^|\.)fixture\b/.test(node.text));
    if (!mark || definition.type !== "function_definition") continue;
    const given = mark.type === "call" ? stringValue(callArguments(mark).keywords.get("name") ?? null) : null;
    const name = given ?? nameOf(definition);
    if (!NAMES.test(name)) continue;
    // One that looks at the test that asks for it may not fit ours.
    const isBound = /\brequest\.(cls|instance|function|param|module|node)\b/.test(definition.text);
    return { fixture: isBound ? "" : name, call: null, at: { path: source.path, line: lineOf(definition) } };
  }
  return null;
}

function callIn(reading: Reading, app: FlaskApp, testFile: string): TestApp | null {
  const values = valuesOf(reading);
  const calls = reading.paths
    .filter((path) => path.endsWith(".py") && path !== testFile && isTestPath(path))
    .flatMap((path) => callsOf(reading.parse(path), app.name));
  const first = calls.find(({ source }) => source.path.endsWith("conftest.py")) ?? calls[0];
  if (!first) return null;
  const { source, call } = first;
  const list = call.childForFieldName("arguments")!;
  const needed = preparation(source, list, values);
  const at = { path: source.path, line: lineOf(call) };
  const isHere = needed?.every((line) => !/^from \.|^(import|from) conftest\b/.test(line));
  const imports = [...new Set([...(needed ?? []), `from ${app.module} import ${app.name.split(".")[0]}`])];
  const repeated = { imports: imports.sort(importsFirst), expression: `${app.name}${list.text}` };
  return { fixture: "", at, call: isHere ? repeated : null };
}

function callsOf(source: SourceFile | null, factory: string): { source: SourceFile; call: Node }[] {
  if (!source?.text.includes(`${factory}(`)) return [];
  return source.tree.rootNode
    .descendantsOfType("call")
    .filter((call) => {
      const callee = call.childForFieldName("function")?.text ?? "";
      return callee === factory || callee.endsWith(`.${factory}`);
    })
    .map((call) => ({ source, call }));
}
