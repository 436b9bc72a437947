/** Templates as Handlebars' runtime wants them: compiled by the build, or now where that is missing or out of date. */
import { existsSync, statSync } from "node:fs";
import { createRequire as requireFrom } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type Handlebars from "handlebars";

// Python is not HTML; and a variable that a template names and the plan lacks is a bug to be heard of.
const OPTIONS = { noEscape: true, strict: true } as const;

const load = requireFrom(import.meta.url);

/** By text: what a team replaces is compiled when it is checked and when it is rendered, and one process may run often. */
const known = new Map<string, TemplateSpecification>();

/**
 * Compiles template text. Loads Handlebars' compiler, which takes longer than everything else of a run; the build does
 * the same for our own templates.
 * @throws Error when the text is no valid template
 */
export function compileSpec(text: string): TemplateSpecification {
  let spec = known.get(text);
  if (!spec) {
    const compiler: typeof Handlebars = load("handlebars");
    spec = new Function(`return ${String(compiler.precompile(text, OPTIONS))}`)() as TemplateSpecification;
    known.set(text, spec);
  }
  return spec;
}

/** What the build has compiled of an earlier version; null when run from source. */
export function compiledVersion(version: string): Readonly<Record<string, TemplateSpecification>> | null {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const folder = [here, path.dirname(here)].find((one) => path.basename(one) === "dist");
  const file = folder && path.join(folder, "versions", `${version}.cjs`);
  return file && existsSync(file) ? load(file) : null;
}

/** What the build has compiled, by name; a template that was edited since is not among it. */
export class CompiledTemplates {
  readonly #specs: Readonly<Record<string, TemplateSpecification>>;
  readonly #builtAt: number;

  /** @param folder of the templates; the build puts its result into dist/ beside it */
  constructor(folder: string) {
    const dist = path.join(path.dirname(folder), "dist");
    const file = path.join(dist, "templates.cjs");
    // Run from source, the files themselves count.
    const built =
      fileURLToPath(import.meta.url).startsWith(dist + path.sep) && statSync(file, { throwIfNoEntry: false });
    this.#specs = built ? load(file) : {};
    this.#builtAt = built ? built.mtimeMs : 0;
  }

  /** @param file the template's text on disk */
  find(name: string, file: string): TemplateSpecification | null {
    const spec = this.#specs[name];
    return spec && statSync(file).mtimeMs <= this.#builtAt ? spec : null;
  }
}
