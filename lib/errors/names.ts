/** Names that a user gives us and that become Python identifiers, file names and URL parts. */
import { snakeCase } from "change-case";
import { UserError } from "./index.ts";

const longest = 60;

// https://docs.python.org/3/reference/lexical_analysis.html#keywords; soft keywords are valid names.
const keywords = new Set(
  (
    "and as assert async await break class continue def del elif else except false finally for from global if import " +
    "in is lambda none nonlocal not or pass raise return true try while with yield"
  ).split(" "),
);

/**
 * Turns what a user typed into a snake_case Python identifier.
 *
 * @param what what the name is for, as the error shall call it, e.g. `task`
 * @param raw letters, digits, `_`, `-` and spaces; `sendWelcome`, `send-welcome` and `send welcome` are the same name
 * @throws UserError `name-invalid` for anything that is not certain to be a harmless name
 */
export function pythonName(what: string, raw: string): string {
  const shown = JSON.stringify(raw.length > longest ? `${raw.slice(0, longest)}…` : raw);
  const refuse = (why: string) => {
    throw new UserError({
      code: "name-invalid",
      what: `${what}: ${shown} can't be used as a name.`,
      why,
      fix: `Give a name of letters, digits and underscores that starts with a letter, such as send_welcome.`,
    });
  };
  if (raw.trim() === "") refuse("It is empty.");
  if (raw.length > longest) refuse(`It has ${raw.length} characters; ${longest} are the limit.`);
  if (/[\\/]|\.\./.test(raw)) refuse("It is a path; files are placed where the project's own layout says.");
  if (!/^[A-Za-z0-9_ -]+$/.test(raw)) refuse("It has characters that a Python identifier can't have.");
  if (/^__|__$/.test(raw.trim())) refuse("Names with two underscores at an end are reserved by Python.");
  const name = snakeCase(raw, { prefixCharacters: "_" });
  if (!/^_?[a-z][a-z0-9_]*$/.test(name)) refuse("A Python identifier starts with a letter.");
  if (keywords.has(name)) refuse(`"${name}" is a word of the Python language.`);
  return name;
}
