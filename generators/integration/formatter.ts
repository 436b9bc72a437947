import { asTable, parseToml } from "../../lib/dependencies/pyproject.ts";
import type { Project } from "../../lib/survey/index.ts";

/** What generated code is formatted as: the defaults of Black and Ruff. */
const DEFAULT = { length: 88, quotes: "double" };

/**
 * The formatter that a project has told otherwise than by default: what is generated stays valid, but would not pass its check.
 * Null where it has none, or the defaults.
 */
export function ownFormatter({ read }: Pick<Project, "read">): "ruff format" | "black" | null {
  const tableOf = (path: string) => asTable(parseToml(read(path) ?? new Uint8Array()));
  const tool = asTable(tableOf("pyproject.toml").tool);
  const ruff = [asTable(tool.ruff), tableOf("ruff.toml"), tableOf(".ruff.toml")].find(
    (table) => Object.keys(table).length > 0,
  );
  const black = asTable(tool.black);
  const isOther = (length: unknown, quotes: unknown) =>
    (typeof length === "number" && length !== DEFAULT.length) ||
    (typeof quotes === "string" && quotes !== DEFAULT.quotes);
  if (ruff && isOther(ruff["line-length"], asTable(ruff.format)["quote-style"])) return "ruff format";
  return isOther(black["line-length"], black["skip-string-normalization"] === true ? "any" : undefined)
    ? "black"
    : null;
}
