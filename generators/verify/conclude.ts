/** What the Python part found, and what it means when it broke off. */
import path from "node:path";
import { type Finding, fails, type Verdict } from "./checks.ts";

export interface RunResult {
  findings: Finding[];
  /** The end of what the application printed, when it broke off; "" otherwise. */
  output: string;
}

/** One line of the events file. */
export interface Event {
  begin?: string;
  id?: string;
  verdict?: Verdict;
  detail?: string;
  fix?: string;
  missing?: string;
  error?: string;
  broken?: string;
  crash?: string;
}

/** How the process ended. */
interface Ending {
  /** The time limit. */
  seconds: number;
  output: string;
  stack: string;
  root: string;
  /** `timeout`, the name of a signal, or `exit code 3`. */
  how: string;
  real: (text: string) => string;
}

/** Turns events into findings, and says how a process ended that did not come to the end of the checklist. */
export function conclude(events: readonly Event[], { seconds, output, stack, root, how, real }: Ending): RunResult {
  const line = (text: string) =>
    real(text)
      .trim()
      .replaceAll(/\s*\n\s*/g, " ");
  const findings: Finding[] = events.flatMap(({ id, verdict, detail = "", fix = "" }) =>
    id === undefined || verdict === undefined ? [] : [{ id, verdict, detail: line(detail), fix: line(fix) }],
  );
  const start = findings.find((finding) => finding.id === "flask-starts");
  const crash = events.find((event) => event.crash)?.crash;
  if (crash) throw new Error(`the checks stopped: ${real(crash)}`);
  const last = events.at(-1);
  const end = tail(output);
  if (last?.begin !== undefined) {
    const id = last.begin.startsWith("import ") ? "flask-starts" : last.begin;
    const { detail, fix } = explainEnding({ stack, root, how, seconds }, end);
    findings.push(fails(id, detail, fix));
    return { findings, output: end };
  }
  return { findings, output: start?.verdict === "failed" ? end : "" };
}

/** The check that was under way did not come to an end: the process was ended, or ended itself. */
function explainEnding(
  { stack, root, how, seconds }: Pick<Ending, "stack" | "root" | "how" | "seconds">,
  output: string,
) {
  const printed = output ? ` It printed: ${output.split("\n").at(-1)}` : "";
  if (how === "timeout") {
    const place = placeInStack(stack, root);
    const detail = `${place ? `${place}: ` : ""}still running after ${seconds} s.${printed}`;
    return { detail, fix: "Move what waits there out of start-up, or give it more time: CELERY_VERIFY_SECONDS=120." };
  }
  const detail = `the process of the application was ended: ${how}.${printed}`;
  return { detail, fix: "Remove os._exit() and the like from what runs on import." };
}

/** The innermost line of the project in a stack of faulthandler, whose innermost frame comes first. */
function placeInStack(stack: string, root: string): string {
  for (const [, file, line] of stack.matchAll(/^\s*File "(.+)", line (\d+) in /gm)) {
    if (file!.startsWith(root + path.sep)) return `${path.relative(root, file!).replaceAll(path.sep, "/")}:${line}`;
  }
  return "";
}

function tail(output: string): string {
  return output.split("\n").slice(-20).join("\n").slice(-2000);
}
