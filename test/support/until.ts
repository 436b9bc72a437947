import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until `check` holds; errors of `check` count as "not yet".
 *
 * @param explain what a failure shows the end of
 */
export async function until(check: () => unknown, seconds: number, explain: () => string): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  const holds = async () => Boolean(await check());
  while (!(await holds().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${check}\n${explain().slice(-3000)}`);
    await sleep(100);
  }
}
