import { callArguments, type Node, type SourceFile, statements, stringValue } from "../../python/index.ts";
import { traceApp } from "../apps/app-trace.ts";
import { assignedValue, valuesOf } from "../names/lookup.ts";
import { isOwnRoutes } from "../own.ts";
import type { FlaskApp, Location } from "../project.ts";
import type { Reading } from "../reading.ts";

/** A loop that imports modules and registers what it finds in them. */
export interface BlueprintScan {
  source: SourceFile;
  at: Location;
  /** The strings of the list that it goes over; null where it goes over a folder. */
  names: readonly Node[] | null;
  /** Name of the blueprint in each module; "" where that is not plain. */
  variable: string;
  /** A module without one is passed over. */
  isTolerant: boolean;
  findsPackages: boolean;
  /** It goes into the folders below, too. */
  isRecursive: boolean;
}

const IMPORTS = /\b(import_module|import_string|__import__)\s*\(/;
const SEARCHES = /\b(find_modules|iter_modules|walk_packages|listdir|scandir|glob|rglob|walk|iterdir)\s*\(/;

/** The loop by which the application registers its blueprints without naming them; null where there is none. */
export function blueprintScan(reading: Reading, app: FlaskApp): BlueprintScan | null {
  for (const { source, node, action, loop } of traceApp(valuesOf(reading), app)) {
    if (action !== "register_blueprint" || !loop || isOwnRoutes(source)) continue;
    const { text } = loop;
    if (!IMPORTS.test(text) && !SEARCHES.test(text)) continue;
    const argument = callArguments(node).positional[0]?.text ?? "";
    const named = /\.(\w+)$|getattr\(\s*\w+\s*,\s*["'](\w+)["']/.exec(argument) ?? /:(\w+)["']\s*\)/.exec(text);
    return {
      source,
      at: { path: source.path, line: loop.startPosition.row + 1 },
      names: SEARCHES.test(text) ? null : stringsOf(source, loop),
      variable: named?.[1] ?? named?.[2] ?? "",
      isTolerant: /\bhasattr\(|\bgetattr\(\s*\w+\s*,[^,)]+,|\bisinstance\(|\bexcept\b/.test(text),
      findsPackages: /\biter_modules\(|\bwalk_packages\(|include_packages\s*=\s*True/.test(text),
      isRecursive: /\bwalk_packages\(|\brglob\(|\bwalk\(|recursive\s*=\s*True|\*\*/.test(text),
    };
  }
  return null;
}

/** The list of strings that a loop goes over, written there or under a name. */
function stringsOf(source: SourceFile, loop: Node): Node[] | null {
  const right = loop.childForFieldName("right");
  const list = right?.type === "identifier" ? assignedValue(source.tree.rootNode, right.text) : right;
  if (!list || !["list", "tuple", "expression_list"].includes(list.type)) return null;
  const items = statements(list);
  return items.length > 0 && items.every((item) => stringValue(item) !== null) ? items : null;
}
