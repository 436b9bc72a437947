/** `no-credentials`: nothing that opens a server stands in a file that is shared through version control. */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type Finding, fails, holds, isNotApplicable } from "../checks.ts";
import { type Credential, findCredentials } from "./credentials.ts";
import type { Static } from "./index.ts";

const largest = 1024 * 1024;
const generated =
  /(^|\/)(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml|uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock)$|\.min\.(?:js|css)$|\.map$/;

/** The first one with its place, and where the others are. */
export function checkCredentials({ root, tracked }: Static): Finding {
  const id = "no-credentials";
  const found = tracked.paths.flatMap((name) => scan(root, name).map((credential) => ({ name, ...credential })));
  const files = `${tracked.paths.length} ${tracked.git ? "tracked files" : "files that are not ignored"}`;
  const [first, ...others] = found;
  if (tracked.paths.length === 0) return isNotApplicable(id);
  if (!first) return holds(id, `none in ${files}`);
  const more = others.slice(0, 4).map(({ name, line }) => `${name}:${line}`);
  const rest = others.length
    ? `; also ${more.join(", ")}${others.length > 4 ? ` and ${others.length - 4} more` : ""}`
    : "";
  return fails(
    id,
    `${first.name}:${first.line}: ${first.what}${rest}`,
    "Change that credential now, since it stays in the history, and read the new one from the environment.",
  );
}

function scan(root: string, name: string): Credential[] {
  if (generated.test(name)) return [];
  const file = path.join(root, name);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > largest) return [];
  const bytes = readFileSync(file);
  if (bytes.subarray(0, 8192).includes(0)) return [];
  return findCredentials(name, bytes.toString("utf8"));
}
