import { defineGenerator } from "../lib/contract/generator.ts";
import { certain, definePrompt } from "../lib/contract/prompt.ts";
import { UserError } from "../lib/errors/index.ts";
import type { FlaskApp, Project } from "../lib/survey/index.ts";
import { reportAsJson, reportAsText } from "./verify/report.ts";

/** Proves that the integration in a project works, in the project's own interpreter. Writes nothing. */
export const generator = defineGenerator({
  name: "celery-verify",
  description: "Prove that the Celery integration works: runs a checklist in the project's own Python, changes nothing",
  prompts: [
    definePrompt({
      name: "target",
      message: "Which application shall be verified?",
      detect(project) {
        const [first] = project.apps;
        if (!first) return { value: "", certain: true };
        if (project.apps.length === 1 || project.celery?.entry) return { value: first.target, certain: true };
        return {
          missing: `${project.apps.length} applications were found`,
          candidates: project.apps.map((app) => app.target),
        };
      },
    }),
    definePrompt({
      name: "live",
      message: "Use the configured broker and a real worker process?",
      choices: [
        { value: "no", hint: "in memory, no server needed" },
        { value: "yes", hint: "on a queue of its own" },
      ],
      detect: () => certain("no"),
    }),
    definePrompt({
      name: "report",
      message: "How shall it be reported?",
      choices: [
        { value: "text", hint: "a line for each check" },
        { value: "json", hint: "one object, for programs" },
      ],
      detect: () => certain("text"),
    }),
    definePrompt({
      name: "since",
      message: "Which revision runs now? (a tag, a branch, a hash; empty: nothing is compared)",
      check: checkRevision,
      detect: () => certain(""),
    }),
  ],
  async begin(root) {
    const { beginPython } = await import("./verify/start.ts");
    return beginPython(root);
  },
  async verify(project, answers, progress) {
    const { verifyProject } = await import("./verify/index.ts");
    const app = findTarget(project, answers.target);
    const report = await verifyProject(project, { app, live: answers.live === "yes", since: answers.since, progress });
    return { passed: report.ok, text: reportAsText(report), json: reportAsJson(report) };
  },
});

/** @throws UserError `since-unknown` for what Git would take for an option or a range */
function checkRevision(since: string): void {
  if (/^[\w][\w./@^~{}+-]*$/.test(since) && !since.includes("..")) return;
  throw new UserError({
    code: "since-unknown",
    what: `since: ${since} is no revision.`,
    why: "one commit is compared with what stands in the folder",
    fix: "give a tag, a branch or a hash, such as v1.4 or HEAD~3",
  });
}

/** An application that can't be edited can be verified all the same, through the worker's entry. */
function findTarget(project: Project, target: string): FlaskApp | null {
  const found = target ? project.findApp(target) : null;
  if (found) return "inits" in found ? found : null;
  if (target === "" && project.celery) return null;
  if (target === "") {
    throw new UserError({
      code: "nothing-to-verify",
      what: "There is no Flask application with Celery here.",
      why: "Neither was found in the Python files of this folder.",
      fix: "Run celery-factory first, or name the folder of the application with --dest.",
    });
  }
  throw new UserError({
    code: "target-unknown",
    what: `target: ${target} was not found.`,
    why: "no function or variable of that name in that file is a Flask application",
    fix: project.apps.length ? "give one of these:" : "leave it out: the worker's entry is enough where there is one",
    details: project.apps.map((app) => `--target ${app.target}`),
  });
}
