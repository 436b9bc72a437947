/** The names under which a Celery object is known, in modules and in functions. */
import type { Node, SourceFile } from "../../lib/python/index.ts";
import { type Definition, definitionOf, importedDefinition, importsOf, type Project } from "../../lib/survey/index.ts";
import { contains, isLocal, isOnlyAName, whole } from "./nodes.ts";

interface Scope {
  source: SourceFile;
  /** A function in which the object has a name of its own. */
  block: Node;
  name: string;
}

export class ObjectNames {
  readonly #project: Project;
  /** `path:name` of module-level names. */
  readonly #held = new Set<string>();
  /** That of an extension, whose attribute `celery` is the object. */
  #extension = "";
  readonly #scopes: Scope[] = [];

  constructor(project: Project) {
    this.#project = project;
  }

  /** A module-level name. */
  add(source: SourceFile, name: string): void {
    this.#held.add(`${source.path}:${name}`);
  }

  /** The name that is known so far is an extension's. */
  markExtension(): void {
    this.#extension = [...this.#held][0] ?? "";
  }

  /** A name in a function. */
  addScope(scope: Scope): void {
    if (!this.#scopes.some(({ block, name }) => block === scope.block && name === scope.name)) this.#scopes.push(scope);
  }

  /** Whether a function has the object under this name. */
  isScope(block: Node | null, name: string): boolean {
    return this.#scopes.some((scope) => scope.block === block && scope.name === name);
  }

  /** Another text as soon as there are more of them. */
  state(): string {
    return [...this.#held, ...this.#scopes.map(({ block, name }) => `${block.id}${name}`)].join();
  }

  /** What the object is called in a file; an extension that holds it is another thing. */
  namesIn(source: SourceFile): string[] {
    const own = [...this.#held].filter((key) => key.startsWith(`${source.path}:`) && key !== this.#extension);
    const imported = importsOf(source).flatMap((item) => {
      const from = item.name ? importedDefinition(this.#project, source, item) : null;
      const isExtension = `${from?.path}:${from?.name}` === this.#extension;
      return from?.name && !isExtension && this.#settled(from.path, from.name) ? [item.local] : [];
    });
    return [...new Set([...own.map((key) => key.slice(source.path.length + 1)), ...imported])];
  }

  /** Every import of a name that the object has. */
  imports(): { source: SourceFile; local: string }[] {
    return [...this.#project.sources.values()].flatMap((source) =>
      importsOf(source).flatMap((item) => {
        const from = item.name ? importedDefinition(this.#project, source, item) : null;
        const found = from?.name ? this.#settled(from.path, from.name) : null;
        return found ? [{ source, local: item.local }] : [];
      }),
    );
  }

  /** Whether a module's name is the object, or is handed on from where it is. */
  #settled(path: string, name: string, depth = 0): boolean {
    if (this.#held.has(`${path}:${name}`)) return true;
    const source = depth < 5 ? this.#project.parse(path) : null;
    if (!source) return false;
    return importsOf(source).some((item) => {
      if (item.local !== name || !item.name) return false;
      const from = importedDefinition(this.#project, source, item);
      return from?.name != null && this.#settled(from.path, from.name, depth + 1);
    });
  }

  /** Every place that names the object. */
  *references(): Generator<{ source: SourceFile; node: Node }> {
    const names = new Set([...this.#held].map((key) => key.slice(key.lastIndexOf(":") + 1)));
    for (const source of this.#project.sources.values()) {
      const locals = new Set([...names]);
      for (const item of importsOf(source)) {
        const found = item.name ? importedDefinition(this.#project, source, item) : null;
        if (found?.name && this.#held.has(`${found.path}:${found.name}`)) locals.add(item.local);
        else if (item.name && names.has(item.name)) locals.add(item.local);
      }
      if (![...locals].some((name) => source.text.includes(name))) continue;
      for (const node of source.tree.rootNode.descendantsOfType("identifier")) {
        if (!locals.has(node.text) || isOnlyAName(node)) continue;
        if (this.isCelery(source, node)) yield { source, node: this.#whole(source, node) };
      }
    }
    for (const { source, block, name } of this.#scopes) {
      for (const node of block.childForFieldName("body")!.descendantsOfType("identifier"))
        if (node.text === name && !isOnlyAName(node)) yield { source, node };
    }
  }

  isCelery(source: SourceFile, given: Node | null): boolean {
    if (!given) return false;
    const inScope = this.#scopes.some(
      ({ source: of, block, name }) => of === source && given.text === name && contains(block, given),
    );
    if (inScope) return true;
    const node = given.type === "identifier" ? whole(given) : given;
    return (
      this.#isHeld(source, node) || (node !== given && this.#isHeld(source, given)) || this.#isOfExtension(source, node)
    );
  }

  #isHeld(source: SourceFile, node: Node): boolean {
    if (node.type !== "identifier" && node.type !== "attribute") return false;
    if (node.type === "identifier" && isLocal(node)) return false;
    const found: Definition | null = definitionOf(this.#project, source, node);
    return found?.name != null && this.#held.has(`${found.path}:${found.name}`);
  }

  /** `ext_celery.celery` */
  #isOfExtension(source: SourceFile, node: Node): boolean {
    if (!this.#extension || node.type !== "attribute" || node.childForFieldName("attribute")?.text !== "celery")
      return false;
    return this.#isHeld(source, node.childForFieldName("object")!);
  }

  /** The whole of `module.celery` and `ext_celery.celery`. */
  #whole(source: SourceFile, node: Node): Node {
    const { parent } = node;
    if (parent && this.#isOfExtension(source, parent)) return parent;
    const outer = whole(node);
    return outer !== node && this.#isHeld(source, outer) ? outer : node;
  }
}
