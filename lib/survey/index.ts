/**
 * Reading a project: Flask applications, blueprints, configuration, Celery in use. The front door: nothing else in this folder
 * is imported from outside.
 */
import { surveyDependencies } from "../dependencies/read.ts";
import { loadParser } from "../python/index.ts";
import { surveyApps } from "./apps/apps.ts";
import { explainAbsence } from "./apps/refusals.ts";
import { surveyBlueprints } from "./blueprints/index.ts";
import { surveyBroker, surveyOtherBroker, surveyResults } from "./celery/brokers.ts";
import { surveyCelery } from "./celery/index.ts";
import { surveyDatabases } from "./databases.ts";
import type { Project } from "./project.ts";
import { usesPytest } from "./pytest.ts";
import { openProject } from "./reader.ts";
import type { Reading } from "./reading.ts";

export { isMainGuard } from "./apps/module-app.ts";
export { surveyTestApp, type TestApp } from "./apps/test-app.ts";
export { type Guarding, guardingOf } from "./blueprints/guards.ts";
export { registrationPoint } from "./blueprints/registration.ts";
export { type Route, routesOf } from "./blueprints/routes.ts";
export { type BlueprintScan, blueprintScan } from "./blueprints/scan.ts";
export { BROKER_KINDS, BROKER_SCHEMES, type BrokerKind, brokerOfScheme, isBrokerKind } from "./celery/broker-marks.ts";
export { surveyServers } from "./celery/brokers.ts";
export { type CeleryObject, callsOf, celeryObjects, contextTasks } from "./celery/objects.ts";
export { celeryconfigOf, ownUrlSettings } from "./celery/own-settings.ts";
export { WHOLE_CONFIG } from "./celery/problems.ts";
export { schedulerStarts, WORKER_MARK } from "./celery/schedulers.ts";
export { type CeleryTask, surveyTasks } from "./celery/tasks.ts";
export { type ConfigStyle, type FoundSettings, type SettingsPlacement, surveyConfig } from "./config/index.ts";
export { importsOf, isFlaskImport } from "./names/imports-of.ts";
export {
  applicationSources,
  assignedValue,
  bodyOf,
  type Definition,
  definitionNamed,
  definitionOf,
  dottedDefinition,
  enclosing,
  importedDefinition,
  importFor,
  nameOf,
  placeOf,
  statementOf,
} from "./names/lookup.ts";
export { isTestPath, moduleName, ownImports } from "./names/modules.ts";
export { parameters } from "./names/signatures.ts";
export { overlay } from "./overlay.ts";
export {
  findOwnFailed,
  findOwnSchedule,
  findOwnStatus,
  holdsExampleTask,
  isOwnFile,
  type OwnFailed,
  type OwnSchedule,
  type OwnStatus,
  type OwnTasks,
  ownTasks,
} from "./own.ts";
export type * from "./project.ts";
export { findTestsDir } from "./pytest.ts";
export type { Reading } from "./reading.ts";

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
  const otherBroker = once(() => (broker()?.asBroker ? null : surveyOtherBroker(reading)));
  const results = once(() => surveyResults(reading));
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
    get otherBroker() {
      return otherBroker();
    },
    get results() {
      return results();
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
