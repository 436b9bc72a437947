import { callArguments, type Node, opensScope, type SourceFile, statements, undecorated } from "../../python/index.ts";
import { definitionNamed } from "../names/lookup.ts";
import { parameters } from "../names/signatures.ts";
import type { Values } from "../names/values.ts";
import type { FlaskApp } from "../project.ts";

/** Something that is done with the application while it is being made. */
export interface AppUse {
  source: SourceFile;
  /** The call, or the assignment to `app.config[...]`. */
  node: Node;
  /** What follows the application's name: `register_blueprint`, `config.from_object`; `config[]` for an item. */
  action: string;
  /** Name of the application there. */
  appName: string;
  /** Inside `if`, `try`, `match` or a loop: it does not always happen. */
  conditional: boolean;
  /** The outermost `for` around it, if any. */
  loop: Node | null;
  /** The function that holds it; null at module level. */
  definition: Node | null;
}

const MAX_DEPTH = 4;
const BRANCHES = ["if_statement", "try_statement", "match_statement", "while_statement"];

/** What a node stands in. */
type Surroundings = Pick<AppUse, "conditional" | "loop">;

/**
 * Everything that a factory (or a module with an app) does with its application, in order, helper functions that get
 * the application or make it included.
 */
export function traceApp(values: Values, app: FlaskApp): AppUse[] {
  const names = new Set(app.inits.map((init) => init.appName));
  if (app.kind === "module") names.add(app.name);
  const definition = app.kind === "factory" ? findDefinition(app) : null;
  if (app.kind === "factory" && !definition) return [];
  const uses: AppUse[] = [];
  const body = definition ? definition.childForFieldName("body")! : app.file.tree.rootNode;
  trace({ source: app.file, body, names, definition, conditional: false, depth: 0 });
  return uses;

  interface Scope {
    source: SourceFile;
    body: Node;
    names: Set<string>;
    definition: Node | null;
    conditional: boolean;
    depth: number;
  }

  function trace(scope: Scope): void {
    const configs = new Set<string>();
    visit(scope.body, { conditional: scope.conditional, loop: null });

    function visit(node: Node, place: Surroundings): void {
      if (node.id !== scope.body.id && opensScope(undecorated(node))) return;
      if (isMainGuard(node)) return;
      if (node.type === "assignment") onAssignment(node, place);
      if (node.type === "call") onCall(node, place);
      const inner = {
        conditional: place.conditional || BRANCHES.includes(node.type),
        loop: node.type === "for_statement" ? (place.loop ?? node) : place.loop,
      };
      for (const child of node.namedChildren) if (child) visit(child, inner);
    }

    function add(node: Node, action: string, appName: string, place: Surroundings): void {
      uses.push({ source: scope.source, node, action, appName, ...place, definition: scope.definition });
    }

    function onAssignment(node: Node, place: Surroundings): void {
      const left = node.childForFieldName("left");
      const right = node.childForFieldName("right");
      if (left?.type === "subscript") {
        const owner = ownerOf(left.childForFieldName("value"));
        if (owner?.action === "config") add(node, "config[]", owner.name, place);
      } else if (left?.type === "identifier" && right) {
        const owner = ownerOf(right);
        if (owner?.action === "config") configs.add(left.text);
        if (owner?.action === "") scope.names.add(left.text);
        if (right.type === "call" && scope.names.has(left.text)) follow(right, true, place.conditional);
      }
    }

    function onCall(node: Node, place: Surroundings): void {
      const owner = ownerOf(node.childForFieldName("function"));
      if (owner && owner.action !== "") add(node, owner.action, owner.name, place);
      const parent = node.parent;
      const isMaker = parent?.type === "assignment" && scope.names.has(parent.childForFieldName("left")?.text ?? "");
      if (!isMaker) follow(node, false, place.conditional);
    }

    /** `app.config.from_object` → app, "config.from_object"; also through `config = app.config`. */
    function ownerOf(node: Node | null): { name: string; action: string } | null {
      if (node?.type === "identifier") {
        if (configs.has(node.text)) return { name: [...scope.names][0] ?? node.text, action: "config" };
        return scope.names.has(node.text) ? { name: node.text, action: "" } : null;
      }
      if (node?.type !== "attribute") return null;
      const inner = ownerOf(node.childForFieldName("object"));
      const attribute = node.childForFieldName("attribute")?.text ?? "";
      return inner && { name: inner.name, action: inner.action ? `${inner.action}.${attribute}` : attribute };
    }

    /** Goes into a function of the project that gets the application, or gives it. */
    function follow(call: Node, makes: boolean, conditional: boolean): void {
      const callee = call.childForFieldName("function");
      if (!callee || scope.depth >= MAX_DEPTH) return;
      const { positional, keywords } = callArguments(call);
      const isApp = (argument: Node | undefined) => argument?.type === "identifier" && scope.names.has(argument.text);
      if (!makes && ![...positional, ...keywords.values()].some(isApp)) return;
      const found = values.findFunction(scope.source, callee);
      if (!found || found.definition.id === scope.definition?.id) return;
      const inner = new Set(
        parameters(found.definition).flatMap(({ name }, index) =>
          isApp(keywords.get(name) ?? positional[index]) ? [name] : [],
        ),
      );
      if (makes) for (const name of returnedNames(found.definition)) inner.add(name);
      if (inner.size === 0) return;
      const body = found.definition.childForFieldName("body")!;
      trace({ ...found, body, names: inner, conditional, depth: scope.depth + 1 });
    }
  }
}

function findDefinition(app: FlaskApp): Node | null {
  return app.name
    .split(".")
    .reduce<Node | null>(
      (at, name) => at && definitionNamed(at.childForFieldName("body") ?? at, name),
      app.file.tree.rootNode,
    );
}

/** Names that the function's own returns give back. */
function returnedNames(definition: Node): string[] {
  return definition.descendantsOfType("return_statement").flatMap((node) => {
    const value = node ? statements(node)[0] : undefined;
    return value?.type === "identifier" ? [value.text] : [];
  });
}

function isMainGuard(node: Node): boolean {
  return (
    node.type === "if_statement" && /__name__\s*==\s*["']__main__/.test(node.childForFieldName("condition")?.text ?? "")
  );
}
