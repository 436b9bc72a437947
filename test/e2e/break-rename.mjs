// Preloaded into the real command: the n-th rename inside the project fails, or the process dies there, as on a disk error or power cut.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { BREAK_ROOT = "", BREAK_AT = "0", BREAK_HOW = "fail", BREAK_LOG = "" } = process.env;
const rename = fs.renameSync;
let count = 0;

fs.renameSync = (from, to) => {
  if (!String(to).startsWith(BREAK_ROOT)) return rename(from, to);
  count += 1;
  if (BREAK_LOG) fs.writeFileSync(BREAK_LOG, String(count));
  if (count !== Number(BREAK_AT)) return rename(from, to);
  if (BREAK_HOW === "kill") process.kill(process.pid, "SIGKILL");
  throw Object.assign(new Error(`EIO: i/o error, rename '${from}' -> '${to}'`), { code: "EIO" });
};
syncBuiltinESMExports();
