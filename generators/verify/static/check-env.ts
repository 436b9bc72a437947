/** `env-files`: real values stay out of version control, and the example tells what there is without telling a value. */
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import ignore from "ignore";
import { type Finding, fails, holds, isNotApplicable } from "../checks.ts";
import { findCredentials, marker } from "./credentials.ts";
import type { Static } from "./facts.ts";
import { isPlaceholder } from "./placeholder.ts";
import { isIgnoredByGit } from "./tracked.ts";

const example =
  /^\.env\.(?:example|sample|template|dist|defaults)$|^(?:example|sample|template)\.env$|^env\.(?:example|sample)$/;
const shared = /^\.env\.(?:tests?|testing|ci)$/;
const secretKey =
  /^\s*(?:export\s+)?(\w*(?:SECRET|PASSWORD|PASSWD|TOKEN|API_KEY|PRIVATE_KEY)\w*)\s*=\s*["']?([^"'#\n]*)/;

/** @see https://12factor.net/config */
export async function checkEnv({ root, tracked }: Static): Promise<Finding> {
  const id = "env-files";
  const fail = (detail: string, fix: string) => fails(id, detail, fix);
  const names = tracked.paths.map((name) => ({ name, base: path.posix.basename(name) }));

  const real = names.find(({ base }) => /^\.env(?:\..+)?$/.test(base) && !example.test(base) && !shared.test(base));
  if (real && tracked.git) {
    return fail(
      `${real.name}:1: is tracked by Git`,
      `Take it out (git rm --cached ${real.name}), ignore it, and change what it holds.`,
    );
  }
  const examples = names.filter(({ base }) => example.test(base)).map(({ name }) => name);
  for (const name of examples) {
    // Tracked, and gone from the work tree, or something else there.
    if (!isFile(path.join(root, name))) continue;
    const line = findRealValue(name, readFileSync(path.join(root, name), "utf8"));
    if (line)
      return fail(
        `${name}:${line}: holds a real value`,
        "Put a placeholder there, such as redis_production_your_connection_string_here.",
      );
  }
  if (examples.length === 0 && !isFile(path.join(root, ".env"))) {
    const ignored = await isIgnored(root);
    return isNotApplicable(id, ignored ? "no .env file is used here, and one would be ignored" : undefined);
  }
  if (!(await isIgnored(root))) {
    const file = existsSync(path.join(root, ".gitignore")) ? ".gitignore:1: " : "";
    return fail(
      `${file}.env is not ignored: the next \`git add\` takes it`,
      "Add the lines `.env*` and `!.env.example` to .gitignore.",
    );
  }
  const told = examples.length
    ? `, ${examples.join(" and ")} ${examples.length > 1 ? "hold" : "holds"} placeholders only`
    : "";
  return holds(id, `.env is ignored${told}`);
}

function findRealValue(name: string, text: string): number | null {
  const credential = findCredentials(name.replace(/[^/]*$/, ".env"), text).find(({ excused }) => !excused);
  if (credential) return credential.line;
  const line = text.split("\n").findIndex((each) => {
    const value = each.includes(marker) ? "" : (secretKey.exec(each)?.[2]?.trim() ?? "");
    // What somebody has generated is long and mixed; words with dashes or blanks tell what to put there.
    return (
      value.length >= 16 &&
      !isPlaceholder(value) &&
      /^[\w+/=.-]+$/.test(value) &&
      /\d/.test(value) &&
      /[a-z]/i.test(value)
    );
  });
  return line === -1 ? null : line + 1;
}

/** Some keep a folder of that name. */
function isFile(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isFile() === true;
}

async function isIgnored(root: string): Promise<boolean> {
  const byGit = await isIgnoredByGit(root, ".env");
  if (byGit !== null) return byGit;
  const file = path.join(root, ".gitignore");
  return isFile(file) && ignore().add(readFileSync(file, "utf8")).ignores(".env");
}
