import type { Context } from "../../../lib/contract/context.ts";
import { dottedDefinition, type FlaskApp, type Project, placeOf } from "../../../lib/survey/index.ts";
import { uncertain } from "../cant.ts";
import { type CommandLine, commandLines, linesIn, renamed } from "../commands.ts";
import type { Draft, Rule } from "../draft.ts";

const commandOrder: Rule = { name: "command-order", why: "Celery 5 takes -A only before the sub-command" };
const commands: Rule = { name: "commands", why: "command lines name the worker's entry" };

export function renameCommands(
  context: Context,
  draft: Draft,
  project: Project,
  entry: string,
  kept: ReadonlySet<string>,
): void {
  const isKept = (name: string) =>
    [...kept].some((path) => placeOf(project, path).module === name.replace(/[:.]\w*celery\w*$|:\w+$/, ""));
  const isOpen = ({ name }: CommandLine) => name !== entry && !isKept(name);
  rewrite(context, project, isOpen, entry, (place) => draft.note(commands, place));
}

/** The files as the plan has them so far, with other command lines. */
function rewrite(
  { changes }: Context,
  project: Project,
  isOpen: (line: CommandLine) => boolean,
  entry: string | null,
  note: (place: string) => void,
): void {
  const paths = new Set(
    commandLines(project)
      .filter(isOpen)
      .map(({ path }) => path),
  );
  for (const path of paths) {
    const lines = linesIn(path, changes.current(path)).filter(isOpen);
    if (lines.length > 0) changes.edit(path, renamed(lines, entry));
    for (const { line } of lines) note(`${path}:${line}`);
  }
}

/**
 * A worker that is started from another folder knows its modules, and so its tasks, by other names.
 *
 * @throws UserError `adopt-uncertain`
 */
export function checkCommands(project: Project, { importRoot }: FlaskApp): void {
  for (const { path, line, name } of commandLines(project)) {
    const dotted = name.replace(":", ".");
    if (dottedDefinition(project, importRoot, dotted) ?? dottedDefinition(project, importRoot, `${dotted}.celery`))
      continue;
    throw uncertain(
      `${path}:${line}: this command names ${name}, which is no module seen from ${importRoot || "the project's folder"}`,
      "give the folder in which it is started (--dest), or mend the command, and run this one again",
    );
  }
}

/** Images that get their files one by one, which the worker's entry is not among. */
export function imagesWithout(project: Project, entry: string): string[] {
  const files = new Set(commandLines(project).map(({ path }) => path));
  return [...files].flatMap((path) => {
    if (!/Dockerfile/.test(path)) return [];
    const text = Buffer.from(project.read(path) ?? []).toString("utf8");
    const isWhole = /^\s*(COPY|ADD)\s+(--\S+\s+)*\.\/?\s/m.test(text);
    const isOneByOne = /^\s*(COPY|ADD)\s.*\.py\b/m.test(text);
    return isOneByOne && !isWhole ? [`${path}: it copies files one by one; ${entry}.py must be among them`] : [];
  });
}

/** `celery worker -A name` becomes `celery -A name worker`. */
export function orderCommands(context: Context, draft: Draft, project: Project): void {
  const isOpen = ({ text }: CommandLine) => /^celery\s+[a-z]+\b.*\s(-A|--app)/s.test(text);
  rewrite(context, project, isOpen, null, (place) => draft.note(commandOrder, place));
}
