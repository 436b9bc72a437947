/** Turns whatever was thrown into the one text that a user sees. */
import { UserError } from "../errors/index.ts";
import { packVersion } from "../templates/pack-version.ts";
import { maskSecrets } from "./mask.ts";

/** A UserError as it is; anything else as a bug of ours, with what a report needs. DEBUG=1 adds the stack. */
export function explain(error: unknown): string {
  if (error instanceof UserError) return maskSecrets(error.message);
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const lines = [
    `This is a bug in plop-pack-flask-celery: ${message.split("\n")[0]} [bug]`,
    `  why: something happened that it was not written for (version ${packVersion()}, Node ${process.version}, ${process.platform}).`,
    "  do:  report it with the command that you ran: npm bugs plop-pack-flask-celery (DEBUG=1 shows the details).",
  ];
  if (process.env.DEBUG && stack) lines.push(stack);
  return maskSecrets(lines.join("\n"));
}

/**
 * The same as an Error whose message and stack are the text, for Plop, which prints one or the other.
 *
 * @param rename puts a team's prefix before the generators that the text names
 */
export function explained(error: unknown, rename: (text: string) => string = (text) => text): Error {
  const result = new Error(rename(explain(error)));
  result.stack = result.message;
  return result;
}

/** Runs the body of a plopfile. Plop reports one that throws, but ends with 0; this ends with 1. */
export async function whileLoading(register: () => void | Promise<void>): Promise<void> {
  try {
    await register();
  } catch (error) {
    process.exitCode = 1;
    throw explained(error);
  }
}
