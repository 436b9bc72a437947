/** A generator and stages that do very little, so that the flow can be tested without reading Python. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ChangeSet } from "../../lib/changes/change-set.ts";
import { unifiedDiff } from "../../lib/changes/diff.ts";
import { Context } from "../../lib/contract/context.ts";
import type { Generator } from "../../lib/contract/generator.ts";
import type { Plan } from "../../lib/contract/plan.ts";
import { pythonName } from "../../lib/errors/names.ts";
import type { Stages } from "../../lib/run/stages.ts";
import type { Project } from "../../lib/survey/project.ts";
import { Templates } from "../../lib/templates/render.ts";

const yesNo = [
  { value: "yes", hint: "" },
  { value: "no", hint: "" },
];

/** Greets somebody in hello.txt. Files in the project steer what it detects: `two.txt`, `manual.txt`, `crash.txt`. */
export const generator: Generator = {
  name: "hello",
  description: "writes a greeting",
  prompts: [
    {
      name: "target",
      message: "Which application?",
      detect: ({ read }) =>
        read("two.txt")
          ? { missing: "there are two applications.", candidates: ["a.py:app", "b.py:app"] }
          : { value: "app.py:create_app", certain: true },
    },
    {
      name: "broker",
      message: "Which broker?",
      choices: [
        { value: "redis", hint: "simple" },
        { value: "rabbitmq", hint: "durable" },
        { value: "embedded", hint: "no server" },
      ],
      detect: () => ({ value: "redis", certain: false }),
    },
    {
      name: "results",
      message: "Where do results go?",
      choices: [
        { value: "redis", hint: "" },
        { value: "embedded", hint: "" },
        { value: "none", hint: "" },
      ],
      detect: (_, { broker }) => ({ value: broker === "redis" ? "redis" : "embedded", certain: true }),
    },
    {
      name: "task",
      message: "Name of the task?",
      normalize: (value) => pythonName("task", value),
      detect: ({ read }) =>
        read("two.txt") ? { missing: "a name is needed." } : { value: "say_hello", certain: true },
    },
    {
      name: "install",
      message: "Install now?",
      choices: yesNo,
      detect: () => ({ value: "no", certain: true }),
    },
    {
      name: "preview",
      message: "Write the changes?",
      choices: [
        { value: "no", hint: "" },
        { value: "diff", hint: "" },
        { value: "json", hint: "" },
      ],
      detect: () => ({ value: "no", certain: false }),
    },
  ],
  async plan({ project, changes }, answers): Promise<Plan> {
    if (project.read("crash.txt")) throw new TypeError("undefined is not a function");
    changes.write("hello.txt", `hello from ${answers.task} over ${answers.broker}, results ${answers.results}\n`);
    if (project.read("notes.md")) changes.edit("notes.md", "greeted with redis://:hunter2@example.org/0\n");
    const manual = project.read("manual.txt")
      ? [{ path: "requirements.txt", line: 3, snippet: "celery[redis]==5.6.3", why: "pip compiles this file." }]
      : [];
    return {
      generator: "hello",
      target: answers.target!,
      answers,
      changes,
      manual,
      install: { command: ["pip", "install", "celery[redis]"], cwd: project.root },
      warnings: [],
      next: ["celery -A make_celery worker"],
    };
  },
};

/** A checklist that holds once hello.txt is there. */
export const verifier: Generator = {
  name: "celery-verify",
  description: "checks the greeting",
  prompts: [],
  async verify(project) {
    const passed = project.read("hello.txt") !== null;
    return { passed, text: passed ? "ok    greeting" : "FAIL  greeting", json: { passed } };
  },
};

export const fakeStages: Stages = {
  recover: async (root) => (existsSync(path.join(root, ".left-over")) ? "An earlier run was taken back." : ""),
  survey: async (root) => fakeProject(root),
  context: async (project, { force }) =>
    new Context({
      project,
      changes: new ChangeSet({ read: (name) => project.read(name), force }),
      templates: new Templates(),
      force,
    }),
  diff: async (changes) => changes.map(unifiedDiff),
  async commit(root, changes) {
    for (const { path: name, action, after } of changes) {
      if (action === "unchanged") continue;
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), after);
    }
  },
  async install(step, { out }) {
    out.write(`installed: ${step.command.join(" ")}\n`);
  },
};

function fakeProject(root: string): Project {
  const read = (name: string) => {
    const file = path.join(root, name);
    return existsSync(file) ? new Uint8Array(readFileSync(file)) : null;
  };
  return { root, read, paths: [], apps: [], dependencies: { manager: "pip" } } as unknown as Project;
}
