import type { Generator } from "../contract/generator.ts";
import type { Plan } from "../contract/plan.ts";

/** Name of the generator that proves what the others make. */
export const verifier = "celery-verify";

/** Names the verifier among what to do next, unless the plan does so itself. `command` is how it is typed here. */
export function nameVerifier(plan: Plan, generator: Generator, command: string): void {
  if (generator.name === verifier || plan.next.some((line) => line.includes(verifier))) return;
  plan.next.push(command);
}
