import type { BrokerKind, FlaskApp, Project } from "../../lib/survey/index.ts";
import type { Integration } from "./facts.ts";
import { storeOf } from "./result-stores.ts";

/**
 * What the user should know although nothing stands in the way.
 */
export function warningsFor(
  project: Project,
  app: FlaskApp,
  { testFile, testsApart, broker }: Pick<Integration, "testFile" | "testsApart" | "broker">,
): string[] {
  const warnings: string[] = [];
  if (testsApart)
    warnings.push(
      `${testsApart}: no test_celery.py was made: the tests make their application here in a way that can't be repeated elsewhere. Give conftest.py a fixture \`app\` that returns it, and run the command again.`,
    );
  for (const note of app.notes) {
    const where = `${note.at.path}:${note.at.line}`;
    if (note.kind === "async-view") {
      warnings.push(
        `${where}: ${note.text}. Tasks themselves must be plain functions: a worker does not await a coroutine.`,
      );
      continue;
    }
    const test = testFile ? `, and so does ${testFile}` : "";
    warnings.push(`${where}: ${note.text}. Every worker start runs this, since the worker calls ${app.name}()${test}.`);
  }
  for (const { name, at } of project.otherQueues)
    warnings.push(`${at.path}:${at.line}: ${name} is in use here and was left alone.`);
  warnings.push(...resultWarnings(project, broker));
  return warnings;
}

/** The address of results that the project names wins at run time, whatever the settings here are made for. */
function resultWarnings({ results }: Project, broker: BrokerKind): string[] {
  if (!results) return [];
  const where = `${results.at.path}:${results.at.line}: results go to ${results.scheme}:// here`;
  if (!storeOf(results.scheme)) return [`${where}, which nothing here has settings for; that address stays in effect.`];
  if (results.scheme !== "sentinel" || broker === "sentinel") return [];
  return [`${where}: add "master_name" to result_backend_transport_options in celery_settings.py.`];
}
