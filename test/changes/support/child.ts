/**
 * One run in a process of its own, which ends in the way that the test asks for. Arguments: root, kind (`links` or
 * `copies`), how (`kill`, `exit`, `throw`, `wait` or `none`), number of the call at which it happens.
 * Prints the names of the calls when it comes to the end.
 */
import { existsSync, writeFileSync } from "node:fs";
import { commit } from "../../../lib/changes/commit.ts";
import { faultyDisk, happenInPart, withoutLinks } from "./faulty.ts";
import { makeChanges } from "./tree.ts";

const [root, kind, how, number] = process.argv.slice(2) as [string, string, string, string];
const pause = new Int32Array(new SharedArrayBuffer(4));

const { fs, calls } = faultyDisk((now, call, args) => {
  if (now !== Number(number)) return;
  if (how === "kill") {
    happenInPart(call, args);
    process.kill(process.pid, "SIGKILL");
  }
  // Another part of the program ends the process, or fails, between two steps.
  if (how === "exit") setImmediate(() => process.exit(3));
  if (how === "throw") setImmediate(() => fail());
  if (how === "wait") {
    writeFileSync(`${root}.waiting`, "");
    while (!existsSync(`${root}.go`)) Atomics.wait(pause, 0, 0, 5);
  }
});

function fail(): never {
  throw new Error("an error of somebody else");
}

await commit(root, makeChanges(root), kind === "copies" ? withoutLinks(fs) : fs).then(
  () => console.log(JSON.stringify(calls)),
  (error) => {
    console.error(error.code ?? error.message);
    process.exitCode = 1;
  },
);
