import { lineOf, type Node, opensScope, type SourceFile, walk } from "../../python/index.ts";
import { surveyBlueprints } from "../blueprints/index.ts";
import { definitionOf, importsFramework, valuesOf } from "../names/lookup.ts";
import { isTestPath } from "../names/modules.ts";
import type { Values } from "../names/values.ts";
import type { FlaskApp } from "../project.ts";
import { mayHold, type Reading } from "../reading.ts";
import type { Candidate } from "./candidates.ts";

const DATABASE_CALL =
  /(\.create_all|\.query\b.*|session\.(execute|query|commit|add|scalars?)|\bupgrade|setup_database|init_database|create_database|run_migrations?)$/;
const NETWORK_CALL = /^(requests|httpx|urllib\.request)\.\w+$/;

/** What the user should know before every worker start runs this: the database, the network, async views. */
export function noteRisks(candidate: Candidate, reading: Reading, values: Values): FlaskApp["notes"] {
  const notes: FlaskApp["notes"][number][] = [];
  const { source, definition } = candidate;
  const scan = (path: string, body: Node, via: string, follow: boolean) =>
    walk(body, (node) => {
      if (node.id !== body.id && opensScope(node)) return false;
      const callee = node.type === "call" ? node.childForFieldName("function") : null;
      if (!callee) return true;
      const at = { path, line: lineOf(node) };
      // `session.query(User).count()` is two calls and one thing to know.
      const isKnown = notes.some((note) => note.at.path === path && note.at.line === at.line);
      if (DATABASE_CALL.test(callee.text) && !isKnown)
        notes.push({ at, kind: "database-at-start", text: `${via} calls ${callee.text}()` });
      if (NETWORK_CALL.test(callee.text))
        notes.push({ at, kind: "network-at-start", text: `${via} calls ${callee.text}()` });
      const found = follow ? values.findFunction(source, callee) : null;
      const inner = found?.definition.childForFieldName("body");
      if (found && inner) scan(found.source.path, inner, callee.text, false);
      return true;
    });
  const body = definition?.childForFieldName("body");
  if (body) scan(source.path, body, candidate.name, true);
  for (const other of reading.sources.values()) {
    if (isTestPath(other.path) || !mayHold(reading, other, /\basync\b/)) continue;
    for (const node of other.tree.rootNode.descendantsOfType("decorated_definition")) {
      const view = node?.childForFieldName("definition");
      const isRoute =
        node &&
        /@[\w.]+\.(route|get|post|put|patch|delete)\(/.test(
          node.text.slice(0, (view?.startIndex ?? 0) - node.startIndex),
        );
      if (!view || !isRoute || view.children[0]?.type !== "async" || !isOfFlask(reading, other, node)) continue;
      const name = view.childForFieldName("name")?.text ?? "a view";
      notes.push({
        at: { path: other.path, line: lineOf(view) },
        kind: "async-view",
        text: `${name} is an async view`,
      });
    }
  }
  return notes.slice(0, 5);
}

/** A route of FastAPI looks the same: the file imports Flask, or the route is on an application or a blueprint. */
function isOfFlask(reading: Reading, source: SourceFile, decorated: Node): boolean {
  if (importsFramework(source)) return true;
  return decorated.namedChildren.some((decorator) => {
    const object = decorator.descendantsOfType("attribute")[0]?.childForFieldName("object");
    const found = object ? definitionOf(reading, source, object) : null;
    if (!found?.name) return false;
    return (
      valuesOf(reading).module(found.path).get(found.name) === "flask" ||
      surveyBlueprints(reading).some(({ path, variable }) => path === found.path && variable === found.name)
    );
  });
}
