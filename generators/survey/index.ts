import { loadParser } from "../python/index.ts";
import { surveyApps } from "./apps.ts";
import { surveyBlueprints } from "./blueprints.ts";
import { surveyBroker } from "./brokers.ts";
import { surveyCelery } from "./celery-use.ts";
import { surveyDatabases } from "./databases.ts";
import { surveyDependencies } from "./dependencies.ts";
import type { Project } from "./project.ts";
import { usesPytest } from "./pytest.ts";
import { openProject } from "./reader.ts";
import type { Reading } from "./reading.ts";
import { explainAbsence } from "./refusals.ts";

/**
 * Reads a project: nothing is run, nothing is written.
 *
 * @param root - absolute path of the folder
 */
export async function survey(root: string): Promise<Project> {
  await loadParser();
  return describeProject(openProject(root));
}

/** The survey of files that have been read already, or that exist only in a plan. The parser must have been loaded. */
export function describeProject(reading: Reading): Project {
  const once = <T>(make: () => T) => {
    let made: { value: T } | null = null;
    return () => {
      made ??= { value: make() };
      return made.value;
    };
  };
  const found = once(() => surveyApps(reading));
  const refusals = once(() =>
    found().apps.length || found().refusals.length ? found().refusals : explainAbsence(reading),
  );
  const blueprints = once(() => surveyBlueprints(reading));
  const databases = once(() => surveyDatabases(reading));
  const queues = once(() => surveyCelery(reading));
  const dependencies = once(() => surveyDependencies(reading.root, reading.read, reading.paths));
  const broker = once(() => surveyBroker(reading, dependencies()));
  const pytest = once(() => usesPytest(reading, dependencies()));
  return {
    ...reading,
    get apps() {
      return found().apps;
    },
    get refusals() {
      return refusals();
    },
    get blueprints() {
      return blueprints();
    },
    get databases() {
      return databases();
    },
    get celery() {
      return queues().celery;
    },
    get otherQueues() {
      return queues().otherQueues;
    },
    get broker() {
      return broker();
    },
    get dependencies() {
      return dependencies();
    },
    get pytest() {
      return pytest();
    },
    findApp(target) {
      const known = found().apps.find((app) => app.target === target);
      if (known) return known;
      const { apps, refusals } = surveyApps(reading, target);
      return apps[0] ?? refusals[0] ?? null;
    },
  };
}
