import type { ImportText, SourceFile } from "../../python/index.ts";
import { importsOf } from "./imports-of.ts";
import { modulePath } from "./modules.ts";

/**
 * Folders without `__init__.py` that the project imports as packages all the same. The text of each file tells which folders
 * it could prove to be one; its tree is asked when somebody wants to know.
 */
export class Namespaces {
  readonly #paths: ReadonlySet<string>;
  readonly #parse: (path: string) => SourceFile | null;
  readonly #witnesses = new Map<string, string[]>();
  /** Files with imports that the text can't tell. */
  readonly #unclear: string[] = [];
  readonly #known = new Map<string, boolean>();

  constructor(paths: ReadonlySet<string>, parse: (path: string) => SourceFile | null) {
    this.#paths = paths;
    this.#parse = parse;
  }

  /** Takes down what an import of a file could prove; null: anything. */
  note(path: string, statement: ImportText | null): void {
    if (!statement || statement.names.includes("*")) this.#unclear.push(path);
    if (!statement) return;
    const { module, names } = statement;
    const folders = module === null ? names.flatMap((name) => this.#proven(path, name, [])) : null;
    for (const folder of folders ?? this.#proven(path, module ?? "", names)) {
      const known = this.#witnesses.get(folder);
      if (known?.at(-1) !== path) this.#witnesses.set(folder, [...(known ?? []), path]);
    }
  }

  has(folder: string): boolean {
    let known = this.#known.get(folder);
    if (known === undefined) {
      const proves = (path: string) =>
        importsOf(this.#parse(path)!).some(({ level, module, name }) =>
          this.#proven(path, ".".repeat(level) + module, name === null ? [] : [name]).includes(folder),
        );
      const witnesses = [...(this.#witnesses.get(folder) ?? []), ...this.#unclear];
      known = witnesses.some((path) => this.#parse(path) !== null && proves(path));
      this.#known.set(folder, known);
    }
    return known;
  }

  /** Folders that must be packages for this import to work: not those that have an `__init__.py`. */
  #proven(path: string, dotted: string, names: readonly string[]): string[] {
    const module = dotted.replace(/^\.+/, "");
    const level = dotted.length - module.length;
    const folders: string[] = [];
    if (level > 0) {
      const own = path.split("/").slice(0, -1);
      for (let up = 0; up < level && up < own.length; up++) folders.push(own.slice(0, own.length - up).join("/"));
    } else if (module !== "") {
      const parts = module.split(".");
      const submodules = names.some((name) => modulePath("", `${module}.${name}`, this.#paths) !== null);
      const depth = submodules ? parts.length : modulePath("", module, this.#paths) ? parts.length - 1 : 0;
      for (let end = 1; end <= depth; end++) folders.push(parts.slice(0, end).join("/"));
    }
    return folders.filter((folder) => !this.#paths.has(`${folder}/__init__.py`));
  }
}
