import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Change } from "../../../lib/changes/types.ts";
import { type Entry, snapshotTree, writeTree } from "../../support/temp.ts";
import { planFor } from "./plan.ts";

/** Thousands of projects are made: in memory where the system has such a place. */
const PARENT = existsSync("/dev/shm") ? "/dev/shm" : realpathSync(os.tmpdir());

const made = new Set<string>();
process.on("exit", () => made.forEach(discard));

/** An empty folder that the test removes with discard(); what a failed test leaves goes when the process ends. */
export function fastDir(): string {
  const folder = mkdtempSync(path.join(PARENT, "plop-commit-"));
  made.add(folder);
  return folder;
}

/** A small project as people have them, with a secret, a script, CRLF and bytes that are no UTF-8. */
export function makeProject(): string {
  const root = fastDir();
  writeTree(
    {
      "app/__init__.py": "def create_app():\r\n    return app\r\n",
      "app/latin.py": Buffer.from("# caf\xe9\n", "latin1"),
      "manage.py": "#!/usr/bin/env python\n",
      ".env": "SECRET_KEY=hunter2\n",
    },
    root,
  );
  chmodSync(path.join(root, ".env"), 0o600);
  chmodSync(path.join(root, "manage.py"), 0o755);
  return root;
}

/** Seven changes: three edits, one of them of a secret, and four new files, three of them in new nested folders. */
export function makeChanges(root: string): readonly Change[] {
  const changes = planFor(root);
  changes.edit("app/__init__.py", "def create_app():\r\n    celery_init_app(app)\r\n    return app\r\n");
  changes.edit("app/latin.py", Buffer.from("# caf\xe9\nimport celery\n", "latin1"));
  changes.edit(".env", "SECRET_KEY=hunter2\nCELERY_BROKER_URL=\n");
  changes.write("app/celery_app.py", "from celery import Celery\n".repeat(400));
  changes.write("app/users/tasks/mail.py", "mail\n");
  changes.write("app/users/tasks/sms.py", "sms\n");
  changes.write("secrets/.env.worker", "A=1\n", { mode: 0o600 });
  return changes.changes;
}

/** Every path with kind, mode and bytes; our own folder apart. */
export function treeOf(root: string): Map<string, Entry> {
  return snapshotTree(root, { skip: [".plop-flask-celery"] });
}

/** Which of two trees this is; null for neither. */
export function whichTree<T>(root: string, known: ReadonlyMap<T, Map<string, Entry>>): T | null {
  const now = print(treeOf(root));
  for (const [name, tree] of known) if (print(tree) === now) return name;
  return null;
}

function print(tree: Map<string, Entry>): string {
  return JSON.stringify([...tree].map(([name, { kind, mode, bytes }]) => [name, kind, mode, bytes.toString("base64")]));
}

export function discard(root: string): void {
  made.delete(root);
  rmSync(root, { recursive: true, force: true });
}
