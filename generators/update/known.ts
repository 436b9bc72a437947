import type { ChangingGenerator } from "../../lib/contract/generator.ts";

/** Generators that keep files up to date, by name; each is loaded when a record names it. */
export type Known = Readonly<Record<string, () => Promise<{ generator: unknown }>>>;

/** @returns null for a name that is none of ours, such as a team's own generator */
export async function load(known: Known, name: string): Promise<ChangingGenerator | null> {
  const loaded = await known[name]?.();
  return loaded ? (loaded.generator as ChangingGenerator) : null;
}
