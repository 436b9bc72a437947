import { execaSync } from "execa";

/** The browser of this machine; null where there is none. */
export function findChromium(): string | null {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    const { stdout } = execaSync("which", [name], { reject: false });
    if (stdout) return stdout;
  }
  return null;
}
