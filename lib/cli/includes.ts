/** What a team may include below its own plopfile: `plop.load("plop-pack-flask-celery", {}, { partials: true, helpers: true })`. */
import type { NodePlopAPI } from "plop";
import { UserError } from "../errors/index.ts";
import { didYouMean } from "../errors/nearest.ts";
import { registerHelpers } from "../templates/helpers.ts";
import { completeLines, findTemplates, readPartials } from "../templates/template-files.ts";

interface WithHandlebars {
  handlebars: { SafeString: new (text: string) => unknown };
}

/**
 * Registers every partial by the name of its file, replaced ones as replaced.
 *
 * @throws UserError `unknown-partial` for a replacement that nothing uses
 */
export function registerPartials(plop: NodePlopAPI, replaced: Readonly<Record<string, string>> = {}): void {
  const own = readPartials(findTemplates());
  const known = Object.keys(own);
  for (const name of Object.keys(replaced)) {
    if (known.includes(name)) continue;
    throw new UserError({
      code: "unknown-partial",
      what: `There is no partial "${name}" to replace.${didYouMean(name, known)}`,
      why: "Only the partials of this package can be replaced.",
      fix: `Use one of: ${known.join(", ")}.`,
    });
  }
  for (const [name, text] of Object.entries({ ...own, ...completeLines(replaced, own) })) plop.setPartial(name, text);
}

/** Registers the helpers of our templates. Plop escapes for HTML, which would turn Python's quotes into entities. */
export function registerIncludedHelpers(plop: NodePlopAPI): void {
  const { SafeString } = (plop as unknown as WithHandlebars).handlebars;
  const registerHelper = (name: string, helper: (...values: unknown[]) => unknown) =>
    plop.setHelper(name, (...values: unknown[]) => {
      const result = helper(...values);
      return typeof result === "string" ? new SafeString(result) : result;
    });
  registerHelpers({ registerHelper } as unknown as Parameters<typeof registerHelpers>[0]);
}
