/** `--report json`: what a run ended with, as one object on standard output. docs/report.schema.json describes it. */
import type { Generator } from "../contract/generator.ts";
import { UserError } from "../errors/index.ts";
import { explain } from "../run/explain.ts";
import { maskSecrets } from "../run/mask.ts";
import type { Outcome } from "../run/run.ts";
import type { Project } from "../survey/index.ts";

/** A run that did all that was asked for. */
export function outcomeAsJson(generator: Generator, { summary, answers, plan, written }: Outcome): string {
  return asJson({
    ok: true,
    generator: generator.name,
    summary,
    answers,
    target: plan?.target ?? "",
    changes: written.map(({ path, action }) => ({ path, action })),
    warnings: plan?.warnings ?? [],
    next: plan?.next ?? [],
  });
}

/** A refusal, or a bug of ours (code `bug`). */
export function errorAsJson(error: unknown): string {
  if (!(error instanceof UserError)) {
    const [what = "", why = "", fix = ""] = explain(error).split("\n");
    return asJson({ ok: false, error: { code: "bug", what, why: why.trim(), fix: fix.trim(), details: [] } });
  }
  const { code, what, why, fix, details } = error;
  return asJson({ ok: false, error: { code, what, why, fix, details } });
}

/** `<generator> --help --report json`: its prompts, and what reading the project says to each. */
export function promptsAsJson({ name, description, prompts }: Generator, project: Project | null): string {
  const known: Record<string, string> = {};
  const described = prompts.map((prompt) => {
    const found = project && detected(() => prompt.detect(project, known));
    // Later defaults follow from this answer, and shall say so.
    known[prompt.name] = found && "value" in found ? found.value : `<${prompt.name}>`;
    return {
      name: prompt.name,
      message: prompt.message,
      choices: prompt.choices?.map(({ value, hint }) => ({ value, hint })) ?? null,
      value: found && "value" in found ? found.value : null,
      missing: found && "missing" in found ? found.missing : null,
      candidates: found && "missing" in found ? (found.candidates ?? []) : [],
    };
  });
  return asJson({ ok: true, generator: name, description, prompts: described });
}

function detected<T>(detect: () => T): T | null {
  try {
    return detect();
  } catch (error) {
    // What can't be told is told by the run itself.
    if (error instanceof UserError) return null;
    throw error;
  }
}

function asJson(object: object): string {
  return JSON.stringify(object, (_, value) => (typeof value === "string" ? maskSecrets(value) : value), 2);
}
