/** `worker-documented`: whoever runs this project can find out how to start a worker. */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type Finding, fails, holds } from "../checks.ts";
import type { Static, WorkerCommand } from "./facts.ts";

const documents =
  /(^|\/)(?:CELERY|README|CONTRIBUTING|INSTALL|DEVELOPMENT|HACKING)[^/]*$|(^|\/)(?:Procfile[^/]*|Makefile|justfile|Taskfile\.ya?ml|[^/]*Dockerfile[^/]*|package\.json|pyproject\.toml)$|(?:docker-)?compose[^/]*\.ya?ml$|(^|\/)docs?\/.*\.(?:md|rst|txt)$|\.(?:sh|service|ini|conf|ya?ml)$|(^|\/)(?:bin|scripts?)\/[^/]*$|(^|\/)[^./]+$/i;

/** Nobody documents in a file of more bytes. */
const largest = 512 * 1024;

/** Reads every document, process file and script for commands like `celery -A make_celery worker`. */
export function findWorkerCommands(root: string, paths: readonly string[]): WorkerCommand[] {
  return paths.filter((name) => documents.test(name)).flatMap((name) => scan(root, name));
}

function scan(root: string, name: string): WorkerCommand[] {
  const file = path.join(root, name);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > largest) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line, index) => {
    if (!/celery/i.test(line)) return [];
    // Continued with a backslash, or as a YAML or JSON list: ["celery", "-A", "make_celery", "worker"].
    const words = lines
      .slice(index, index + 4)
      .join(" ")
      .replace(/[\\"',[\]]|^\s*-\s/g, " ");
    const match =
      /\bcelery\b(?:\s+(?:-A|--app)[\s=]+([\w.:]+))?(?:\s+-{1,2}[\w-]+(?:[\s=]+[^\s-]\S*)?)*\s+worker\b(?:.*?(?:-A|--app)[\s=]+([\w.:]+))?/.exec(
        words,
      );
    return match ? [{ path: name, line: index + 1, app: match[1] ?? match[2] ?? "" }] : [];
  });
}

/** The first command is enough; one that can't work is wrong wherever it stands. */
export function checkDocumented({ commands, resolves, workerCommand }: Static): Finding {
  const id = "worker-documented";
  const [first] = commands;
  if (!first) {
    return fails(
      id,
      "no README, CELERY.md, Procfile, compose file or script says how to start a worker",
      workerCommand,
    );
  }
  const wrong = commands.find(({ app }) => app !== "" && !resolves(app));
  if (wrong) {
    const detail = `${wrong.path}:${wrong.line}: starts a worker with -A ${wrong.app}, and there is no such module`;
    return fails(id, detail, workerCommand);
  }
  return holds(id, `${first.path}:${first.line}`);
}
