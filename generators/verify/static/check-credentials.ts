/** `no-credentials`: nothing that opens a server stands in a file that is shared through version control. */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import ignore from "ignore";
import { type Finding, fails, holds, isNotApplicable } from "../checks.ts";
import { type Credential, findCredentials, isTest, marker } from "./credentials.ts";
import type { Static } from "./facts.ts";
import type { Tracked } from "./tracked.ts";

const largest = 1024 * 1024;
const generated =
  /(^|\/)(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml|uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock)$|\.min\.(?:js|css)$|\.map$/;

/** Lists files that are not searched, in the words of .gitignore. */
export const ignoreFile = ".celery-verify-ignore";

/** The first one with its place, and where the others are. */
export function checkCredentials({ root, tracked }: Pick<Static, "root" | "tracked">): Finding {
  const id = "no-credentials";
  const isExcused = readIgnored(root);
  const searched = tracked.paths.filter((name) => !isExcused(name));
  const all = searched.flatMap((name) => scan(root, name).map((credential) => ({ name, ...credential })));
  const found = all.filter(({ excused }) => !excused);
  const apart = notSearched(tracked, tracked.paths.length - searched.length, all.length - found.length);
  const files = `${searched.length} ${tracked.git ? "tracked files" : "files that are not ignored"}`;
  const [first, ...others] = found;
  if (searched.length === 0) return isNotApplicable(id, ["there is no file to look at", ...apart].join("; "));
  if (!first) return holds(id, [`none in ${files}`, ...apart].join("; "));
  const more = others.slice(0, 4).map(({ name, line }) => `${name}:${line}`);
  const rest = others.length
    ? `; also ${more.join(", ")}${others.length > 4 ? ` and ${others.length - 4} more` : ""}`
    : "";
  const onlyTests = found.every(({ name }) => isTest(name));
  return fails(id, `${first.name}:${first.line}: ${first.what}${rest}`, tellFix(tracked.git, onlyTests));
}

/** What was left out is said: an excuse must not look like a search that found nothing. */
function notSearched({ environments }: Tracked, ignored: number, excused: number): string[] {
  return [
    ...environments.map(({ folder, files }) => `${files} files of ${folder} were not searched`),
    ...(ignored > 0 ? [`${ignored} not searched because of ${ignoreFile}`] : []),
    ...(excused > 0 ? [`${excused} marked as none`] : []),
  ];
}

function tellFix(git: boolean, onlyTests: boolean): string {
  const change = git
    ? "Change that credential now, since it stays in the history, and read the new one from the environment."
    : "Read it from the environment before the first commit takes it.";
  const excuse = `write \`${marker}\` in a comment on its line, or name the file in ${ignoreFile}`;
  // Test data is rarely worth an alarm, and nobody but its owner knows.
  if (onlyTests) return `If it opens nothing, ${excuse}. Otherwise: ${change}`;
  return `${change} If it opens nothing, ${excuse}.`;
}

function readIgnored(root: string): (name: string) => boolean {
  const file = path.join(root, ignoreFile);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return () => false;
  const rules = ignore().add(readFileSync(file, "utf8"));
  return (name) => rules.ignores(name);
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
