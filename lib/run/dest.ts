/** The folder that a run works on, checked before anything is read. */
import { accessSync, constants, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors/index.ts";

/**
 * The real, absolute path of the folder to work on.
 *
 * @throws UserError `dest-missing`, `dest-not-a-folder`, `dest-unwritable`, `dest-is-the-pack`
 */
export function checkDest(given: string): string {
  const shown = path.resolve(given);
  const refuse = (code: string, what: string, why: string, fix: string) => {
    throw new UserError({ code, what, why, fix });
  };
  const fix = "Give the folder of a Flask project: --dest path/to/flask/app.";
  const stat = statSync(shown, { throwIfNoEntry: false });
  if (!stat) refuse("dest-missing", `${shown} does not exist.`, "--dest must be an existing folder.", fix);
  if (!stat!.isDirectory()) refuse("dest-not-a-folder", `${shown} is a file.`, "--dest must be a folder.", fix);
  const root = realpathSync(shown);
  if (isOwnClone(root)) {
    const why = "Without --dest, Plop works on the folder of the plopfile, and that is our own repository.";
    refuse("dest-is-the-pack", `${shown} is plop-pack-flask-celery itself, no Flask project.`, why, fix);
  }
  try {
    accessSync(root, constants.W_OK | constants.X_OK | constants.R_OK);
  } catch {
    const why = "This user may not write there.";
    refuse("dest-unwritable", `${shown} can't be written.`, why, "Change its permissions, or run it as its owner.");
  }
  return root;
}

function isOwnClone(root: string): boolean {
  try {
    const file = path.join(root, "package.json");
    // A pipe or a device of that name would never end.
    return statSync(file).isFile() && JSON.parse(readFileSync(file, "utf8")).name === "plop-pack-flask-celery";
  } catch {
    return false;
  }
}

/** ` --dest <folder>` as it is typed from here; "" where the command runs in the project itself. */
export function destOption(root: string): string {
  const way = path.relative(process.cwd(), root);
  const shown = way.length < root.length ? way : root;
  return way === "" ? "" : ` --dest ${/^[\w./@%+-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`}`;
}
