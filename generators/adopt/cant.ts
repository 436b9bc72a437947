import { UserError } from "../../lib/errors/index.ts";
import { lineOf, type Node, type SourceFile } from "../../lib/python/index.ts";

/** What is not known for certain stops the whole plan. */
export function uncertain(why: string, fix: string, details: readonly string[] = []): UserError {
  const what = "This integration can't be taken over for certain; nothing was changed.";
  return new UserError({ code: "adopt-uncertain", what, why, fix, details });
}

/**
 * The same for one place in the source, which is shown.
 *
 * @param why - what stands there, as the end of a sentence
 */
export function cantAdopt(source: SourceFile, node: Node, why: string, fix: string): UserError {
  const line = node.text.split("\n")[0]!.trim().slice(0, 160);
  return uncertain(`${source.path}:${lineOf(node)}: ${why}`, fix, [line]);
}
