/** Runs a generator as an earlier version would have, by the templates that are kept of it. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RECORD } from "../../lib/contract/record.ts";
import type { Given } from "../../lib/run/answers.ts";
import { stages } from "../../lib/run/stages.ts";
import { packVersion } from "../../lib/templates/pack-version.ts";
import { templatesOf } from "../../lib/templates/versions.ts";
import { run } from "./generators.ts";

export async function runEarlier(version: string, name: string, root: string, given: Given = {}): Promise<void> {
  const kept = templatesOf(version);
  if (!kept) throw new Error(`no templates are kept of ${version}`);
  const { Context } = await import("../../lib/contract/context.ts");
  const earlier = {
    ...stages,
    async context(...args: Parameters<typeof stages.context>) {
      const today = await stages.context(...args);
      return new Context({ ...today, templates: today.templates.of(kept) });
    },
  };
  await run(name, { root, given, stages: earlier });
  const record = path.join(root, RECORD);
  const text = readFileSync(record, "utf8");
  writeFileSync(record, text.replaceAll(`"version": "${packVersion()}"`, `"version": "${version}"`));
}
