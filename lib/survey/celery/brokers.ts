import type { Dependencies } from "../../dependencies/types.ts";
import { lineOf, stringValue } from "../../python/index.ts";
import { applicationSources, sourcesNaming } from "../names/lookup.ts";
import type { Location } from "../project.ts";
import { mayHold, type Reading } from "../reading.ts";
import {
  BROKER_KINDS,
  type BrokerKind,
  brokerInText,
  brokerMarks,
  firstOf,
  isBrokerKind,
  mayNameBroker,
} from "./broker-marks.ts";
import {
  composeFiles,
  deploymentFiles,
  environmentFiles,
  linesOf,
  type NamedUrl,
  statementText,
  urlsNamed,
} from "./named-urls.ts";

/** The broker that a project seems to have, and what says so. */
export interface BrokerEvidence {
  kind: BrokerKind;
  at: Location;
  /** In a few words, e.g. "service `redis` in compose.yaml". */
  evidence: string;
  /** It serves as a broker already; otherwise it may be there as a cache only. */
  asBroker: boolean;
}

/** What we write into .env.example: `redis_dev_your_connection_string_here`. */
const PLACEHOLDER = /^["']?([a-z]+)_\w*your_connection_string_here/;
const BROKER_NAME = /\b\w*(CELERY\w*BROKER|BROKER_URL|broker_url)\b/i;

/**
 * Looks for a broker in what configures the project: a broker's URL first, then compose services and environment files,
 * then libraries. Within a group, what may be a cache comes last.
 */
export function surveyBroker(reading: Reading, dependencies: Pick<Dependencies, "files">): BrokerEvidence | null {
  const found = [
    ...fromEnvironmentFiles(reading),
    ...fromPython(reading),
    ...fromCompose(reading),
    ...fromDeployment(reading),
  ];
  const named = found.filter((item) => item.asBroker);
  return pick(named) ?? pick(found) ?? pick(fromDependencies(reading, dependencies));
}

/** A broker that is named as one and that none of our kinds stands for; an in-memory one is a test's. */
export function surveyOtherBroker(reading: Reading): NamedUrl | null {
  const others = urlsNamed(reading, "BROKER_URL").filter(
    ({ scheme }) => !isBrokerKind(scheme) && !brokerInText(`${scheme}://`) && scheme !== "memory",
  );
  return others[0] ?? null;
}

/** Where results go already; null where nothing says so. An in-memory store is a test's. */
export function surveyResults(reading: Reading): NamedUrl | null {
  return urlsNamed(reading, "RESULT_BACKEND").find(({ scheme }) => !/^(cache\+)?memory$/.test(scheme)) ?? null;
}

/** Every address that the project names for its broker and its results, but in examples; as Celery spells its scheme. */
export function surveyServers(reading: Reading): { brokers: NamedUrl[]; results: NamedUrl[] } {
  const named = (setting: string) =>
    urlsNamed(reading, setting)
      .filter(({ at }) => !/example|sample|template|\.dist$/.test(at.path))
      .map((url) => ({
        ...url,
        scheme: url.scheme.replace(/^valkey(s?)$/, "redis$1").replace(/^rediss?\+socket$/, "redis"),
      }));
  return { brokers: named("BROKER_URL"), results: named("RESULT_BACKEND") };
}

function pick(found: readonly BrokerEvidence[]): BrokerEvidence | null {
  const kind = firstOf(found.map((item) => item.kind));
  return found.find((item) => item.kind === kind) ?? null;
}

/** The first kind of which `marked` says so. */
function kindBy(marked: (marks: (typeof brokerMarks)[BrokerKind]) => boolean | undefined): BrokerKind | null {
  return firstOf(BROKER_KINDS.filter((kind) => marked(brokerMarks[kind])));
}

function fromEnvironmentFiles(reading: Reading): BrokerEvidence[] {
  return environmentFiles(reading).flatMap((path) =>
    linesOf(reading, path).flatMap(({ text, line }) => {
      const match = /^\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)\s*=\s*(.*)$/i.exec(text);
      if (!match) return [];
      const [, name = "", value = ""] = match;
      const placeholder = PLACEHOLDER.exec(value)?.[1] ?? "";
      const kind =
        brokerInText(value) ??
        (isBrokerKind(placeholder) ? placeholder : kindBy(({ variable }) => variable?.test(name)));
      const asBroker = BROKER_NAME.test(name);
      // The value may hold a password: only the name is told.
      return kind && counts(kind, asBroker)
        ? [{ kind, at: { path, line }, evidence: `${name} in ${path}`, asBroker }]
        : [];
    }),
  );
}

function fromPython(reading: Reading): BrokerEvidence[] {
  const sources = new Map(applicationSources(reading).map((source) => [source.path, source]));
  const named = { test: mayNameBroker };
  for (const source of sourcesNaming(reading, named)) sources.set(source.path, source);
  const naming = [...sources.values()].filter((source) => mayHold(reading, source, named));
  return naming.flatMap((source) =>
    source.tree.rootNode.descendantsOfType("string").flatMap((node) => {
      if (!node) return [];
      const text = stringValue(node) ?? node.text;
      if (isDocumentation(node.parent?.type, text)) return [];
      const kind = brokerInText(text) ?? kindBy(({ variableInPython }) => variableInPython?.test(text));
      if (!kind) return [];
      const context = statementText(node);
      const asBroker = BROKER_NAME.test(context) || /\bbroker\s*=/.test(context);
      if (!counts(kind, asBroker)) return [];
      const { label } = brokerMarks[kind];
      return [
        { kind, at: { path: source.path, line: lineOf(node) }, evidence: `${label} in ${source.path}`, asBroker },
      ];
    }),
  );
}

/** A file's URL says nothing unless it is named as a broker's. */
function counts(kind: BrokerKind, asBroker: boolean): boolean {
  return asBroker || !brokerMarks[kind].onlyAsBroker;
}

function isDocumentation(parent: string | undefined, text: string): boolean {
  return parent === "expression_statement" || text.includes("\n");
}

/** In any other file that deploys the project, only what is named as a broker's says something. */
function fromDeployment(reading: Reading): BrokerEvidence[] {
  return deploymentFiles(reading).flatMap((path) =>
    linesOf(reading, path).flatMap(({ text, line }) => {
      const kind = /^\s*#/.test(text) || !BROKER_NAME.test(text) ? null : brokerInText(text);
      return kind ? [{ kind, at: { path, line }, evidence: `a URL in ${path}`, asBroker: true }] : [];
    }),
  );
}

function fromCompose(reading: Reading): BrokerEvidence[] {
  return composeFiles(reading).flatMap((path) =>
    linesOf(reading, path).flatMap(({ text, line }) => {
      const image = /^\s*(?:-\s*)?image\s*:\s*["']?([^\s"'#]+)/.exec(text)?.[1];
      const name = image?.split("/").at(-1)?.split(/[:@]/)[0] ?? "";
      const kind = kindBy((marks) => marks.image?.test(name));
      if (kind) return [{ kind, at: { path, line }, evidence: `image ${name} in ${path}`, asBroker: false }];
      const url = /^\s*#/.test(text) ? null : brokerInText(text);
      const asBroker = BROKER_NAME.test(text);
      return url && counts(url, asBroker)
        ? [{ kind: url, at: { path, line }, evidence: `a URL in ${path}`, asBroker }]
        : [];
    }),
  );
}

function fromDependencies(reading: Reading, { files }: Pick<Dependencies, "files">): BrokerEvidence[] {
  const wanted = BROKER_KINDS.flatMap((kind) => (brokerMarks[kind].libraries ?? []).map((name) => ({ name, kind })));
  return files.flatMap((file) =>
    wanted.flatMap(({ name, kind }) => {
      if (!file.declares.includes(name)) return [];
      const line =
        linesOf(reading, file.path).find(({ text }) => new RegExp(`^\\s*["']?${name}\\b`, "i").test(text))?.line ?? 1;
      return [
        { kind, at: { path: file.path, line }, evidence: `the library ${name} in ${file.path}`, asBroker: false },
      ];
    }),
  );
}
