/** Reads a project made from a map of files. */
import { loadParser } from "../../lib/python/index.ts";
import { surveyApps } from "../../lib/survey/apps/apps.ts";
import type { FlaskApp } from "../../lib/survey/project.ts";
import { openProject } from "../../lib/survey/reader.ts";
import type { Reading } from "../../lib/survey/reading.ts";
import { writeTree } from "../support/temp.ts";

await loadParser();

export function readTree(files: Readonly<Record<string, string>>): Reading {
  return openProject(writeTree(files));
}

/** The one application of a project. */
export function onlyApp(reading: Reading): FlaskApp {
  const { apps, refusals } = surveyApps(reading);
  if (apps.length !== 1) throw new Error(`${apps.length} apps; refused: ${refusals.map(({ why }) => why).join("; ")}`);
  return apps[0]!;
}

/** The line of a file behind which an offset stands, and the one before which it stands. */
export function around(reading: Reading, path: string, offset: number): [string, string] {
  const text = reading.parse(path)!.text;
  const before = text.slice(0, offset).replace(/\r?\n$/, "");
  return [before.split("\n").at(-1)!.trimEnd(), text.slice(offset).split("\n")[0]!.trimEnd()];
}
