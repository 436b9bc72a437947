import { UserError } from "../../lib/errors/index.ts";
import { lineOf, type Node, type SourceFile } from "../../lib/python/index.ts";

/**
 * What is not known for certain stops the whole plan.
 *
 * @param why - what stands there, as the end of a sentence
 */
export function cantAdopt(source: SourceFile, node: Node, why: string, fix: string): UserError {
  return new UserError({
    code: "adopt-uncertain",
    what: "This integration can't be taken over for certain; nothing was changed.",
    why: `${source.path}:${lineOf(node)}: ${why}`,
    fix,
    details: [node.text.split("\n")[0]!.trim().slice(0, 160)],
  });
}
