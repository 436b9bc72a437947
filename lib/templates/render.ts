import { readdirSync } from "node:fs";
import path from "node:path";
import type Handlebars from "handlebars";
import withoutCompiler from "handlebars/runtime.js";
import { UserError } from "../errors/index.ts";
import { didYouMean } from "../errors/nearest.ts";
import { CompiledTemplates, compileSpec } from "./compiled.ts";
import { registerHelpers } from "./helpers.ts";
import { completeLines, findTemplates, listPartials, readPartials, readText } from "./template-files.ts";
import type { KeptTemplates } from "./versions.ts";

export { registerHelpers } from "./helpers.ts";

/** Handlebars' runtime; its own types leave it empty. */
type Runtime = Pick<typeof Handlebars, "registerHelper" | "registerPartial"> & {
  template(spec: TemplateSpecification): Handlebars.TemplateDelegate;
};
const runtime = withoutCompiler as unknown as { create(): Runtime };

/**
 * The templates of this package: `templates/<name>.hbs`, and `templates/partials/` whose files are known by their
 * name alone. Values are data: nothing that a user supplies is ever compiled as a template.
 */
export class Templates {
  readonly #folder = findTemplates();
  readonly #overrides: Readonly<Record<string, string>>;
  readonly #specs = new CompiledTemplates(this.#folder);
  readonly #compiled = new Map<string, Handlebars.TemplateDelegate>();
  #handlebars: Runtime | null = null;
  #partials: Record<string, string> | null = null;
  readonly #kept: KeptTemplates | null;

  /**
   * @param overrides partial name → template text that replaces ours, e.g. a team's licence header
   * @param kept those of an earlier version; left out, today's
   * @throws UserError `unknown-partial`, `partial-invalid`
   */
  constructor(overrides: Readonly<Record<string, string>> = {}, kept: KeptTemplates | null = null) {
    this.#kept = kept;
    this.#overrides = completeLines(overrides, this.#ownPartials());
    for (const [name, text] of Object.entries(overrides)) this.#checkOverride(name, text);
  }

  /**
   * Renders `templates/<name>.hbs`. Lines of nothing but white space come out empty, because Handlebars also indents
   * the blank lines of an indented partial.
   * @throws Error when a variable is missing; UserError `partial-invalid` when that is in a replaced partial
   */
  render(name: string, data: object): string {
    let template = this.#compiled.get(name);
    if (!template) {
      template = this.#environment().template(this.#spec(name));
      this.#compiled.set(name, template);
    }
    try {
      return template(data).replace(/^[ \t]+$/gm, "");
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new Error(`template ${name}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Names of the templates below a folder, e.g. "integration/scaffold/factory/app/__init__.py", sorted. */
  list(folder: string): string[] {
    const names = readdirSync(path.join(this.#folder, folder), { recursive: true, encoding: "utf8" });
    return names
      .filter((name) => name.endsWith(".hbs"))
      .map((name) => `${folder}/${name.split(path.sep).join("/").slice(0, -".hbs".length)}`)
      .sort();
  }

  /** The same with the templates of an earlier version; what a team has replaced stays replaced. */
  of(kept: KeptTemplates): Templates {
    return new Templates(this.#overrides, kept);
  }

  /** Every partial by name, replaced ones as replaced. */
  partials(): Record<string, string> {
    return { ...this.#ownPartials(), ...this.#overrides };
  }

  #environment(): Runtime {
    if (this.#handlebars) return this.#handlebars;
    const handlebars = runtime.create();
    registerHelpers(handlebars);
    for (const [name, file] of Object.entries(this.#partialFiles())) {
      if (name in this.#overrides) continue;
      // Most partials are not used in one run.
      let template: Handlebars.TemplateDelegate | null = null;
      handlebars.registerPartial(name, (context, options) => {
        template ??= handlebars.template(this.#spec(file));
        return template(context, options);
      });
    }
    for (const [name, text] of Object.entries(this.#overrides)) {
      const template = handlebars.template(compileSpec(text));
      handlebars.registerPartial(name, (context, options) => {
        try {
          return template(context, options);
        } catch (error) {
          throw error instanceof UserError ? error : invalidPartial(name, error);
        }
      });
    }
    this.#handlebars = handlebars;
    return handlebars;
  }

  #partialFiles(): Record<string, string> {
    if (!this.#kept) return listPartials(this.#folder);
    const names = this.#kept.names.filter((name) => name.startsWith("partials/"));
    return Object.fromEntries(names.map((name) => [path.posix.basename(name), name]));
  }

  #spec(name: string): TemplateSpecification {
    if (this.#kept) return this.#kept.spec(name);
    const file = path.join(this.#folder, `${name}.hbs`);
    return this.#specs.find(name, file) ?? compileSpec(readText(file));
  }

  #ownPartials(): Record<string, string> {
    this.#partials ??= readPartials(this.#folder);
    return this.#partials;
  }

  #checkOverride(name: string, text: string): void {
    const known = Object.keys(this.#ownPartials());
    if (!known.includes(name)) {
      throw new UserError({
        code: "unknown-partial",
        what: `There is no partial ${JSON.stringify(name)} to replace.${didYouMean(name, known)}`,
        why: "Only the partials of this package can be replaced.",
        fix: `Use one of: ${known.sort().join(", ")}.`,
      });
    }
    try {
      compileSpec(text);
    } catch (error) {
      throw invalidPartial(name, error);
    }
  }
}

function invalidPartial(name: string, error: unknown): UserError {
  return new UserError({
    code: "partial-invalid",
    what: `The replaced partial "${name}" can't be rendered.`,
    why: messageOf(error).replaceAll("\n", " "),
    fix: "Mend its Handlebars; the original in templates/partials/ shows which variables it has.",
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
