import type { Wanted } from "../../lib/dependencies/edit.ts";
import { STANDARD } from "../../lib/python/index.ts";
import { importsOf, isTestPath, type Location, type Project } from "../../lib/survey/index.ts";

/** They come with Flask or Celery. */
const BROUGHT = new Set(
  "flask celery werkzeug jinja2 markupsafe itsdangerous click blinker kombu billiard vine amqp dateutil typing_extensions".split(
    " ",
  ),
);
/** Modules that are called otherwise than their package, and common ones that are called alike. */
const PACKAGES: Readonly<Record<string, string>> = {
  PIL: "pillow",
  bs4: "beautifulsoup4",
  bcrypt: "bcrypt",
  boto3: "boto3",
  dotenv: "python-dotenv",
  gunicorn: "gunicorn",
  httpx: "httpx",
  jwt: "pyjwt",
  marshmallow: "marshmallow",
  numpy: "numpy",
  pandas: "pandas",
  passlib: "passlib",
  pydantic: "pydantic",
  pymongo: "pymongo",
  pytz: "pytz",
  redis: "redis",
  requests: "requests",
  sqlalchemy: "sqlalchemy",
  stripe: "stripe",
  wtforms: "wtforms",
  yaml: "pyyaml",
};

/** What an application imports from outside: packages that are known for certain, and modules whose package only its owner knows. */
export interface Imported {
  packages: readonly Wanted[];
  unknown: readonly { module: string; at: Location }[];
}

/** For a project that declares nothing: a list of requirements without what its own imports need would not start it. */
export function importedPackages(project: Project): Imported {
  if (project.dependencies.files.length > 0) return { packages: [], unknown: [] };
  const own = new Set(project.paths.flatMap((path) => path.replace(/\.pyw?$/, "").split("/")));
  const found = new Map<string, Location>();
  for (const path of project.paths) {
    const source = path.endsWith(".py") && !isTestPath(path) ? project.parse(path) : null;
    for (const { level, module, node } of source ? importsOf(source) : []) {
      const top = module.split(".")[0]!;
      if (level > 0 || own.has(top) || STANDARD.has(top) || BROUGHT.has(top) || found.has(top)) continue;
      found.set(top, { path, line: node.startPosition.row + 1 });
    }
  }
  const packages: Wanted[] = [];
  const unknown: { module: string; at: Location }[] = [];
  for (const [module, at] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = /^flask_\w+$/.test(module) ? module.replaceAll("_", "-") : PACKAGES[module];
    if (name) packages.push({ name, minimum: "" });
    else unknown.push({ module, at });
  }
  return { packages, unknown };
}

/** One line where something is missing in the list that is made. */
export function importWarning({ unknown }: Imported): string[] {
  if (unknown.length === 0) return [];
  const named = unknown.map(({ module, at }) => `${module} (${at.path}:${at.line})`).join(", ");
  return [
    `requirements.txt is new and lacks the packages of ${named}: only you know them. Add them before you install.`,
  ];
}
