/** How a project is started: entry files, servers' command lines, FLASK_APP, and others beside it that are not the web's. */
import fc from "fast-check";
import type { CallStyle } from "./project-calls.ts";

/** How the application is had: a name of a module, called or not; `first` goes before every other argument. */
export interface Obtained {
  module: string;
  name: string;
  call: boolean;
  first?: string;
}

export interface Entry {
  /** A Python file that makes the application; "none" where only a command names it. */
  file: "wsgi" | "run" | "manage" | "startup" | "serve" | "start_web" | "none";
  /** What names the entry file, or the factory itself. */
  command: "none" | "Procfile" | ".flaskenv" | "Dockerfile" | "compose.yaml";
  /** What the entry file does with the application that it has. */
  afterwards: "nothing" | "config" | "blueprint" | "setup";
  /** A script for development that calls the factory otherwise. */
  decoy: boolean;
  isGuarded: boolean;
  variable: "app" | "application" | "server";
}

const often = <T>(usual: T, weight: number, ...rare: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight, arbitrary: fc.constant(usual) },
    ...rare.map((value) => ({ weight: 1, arbitrary: fc.constant(value) })),
  );

export const entryShape: fc.Arbitrary<Entry> = fc.record({
  file: fc.constantFrom("wsgi", "wsgi", "wsgi", "run", "manage", "startup", "serve", "start_web", "none"),
  command: fc.constantFrom("none", "none", "Procfile", ".flaskenv", "Dockerfile", "compose.yaml"),
  afterwards: often<Entry["afterwards"]>("nothing", 9, "config", "blueprint", "setup"),
  decoy: often(false, 4, true),
  isGuarded: fc.boolean(),
  variable: fc.constantFrom("app", "application", "server"),
});

export interface Start {
  files: Record<string, string>;
  module: string;
  expression: string;
  shape: string[];
}

/** The files that start an application which is had as `obtained`. */
export function writeEntry(
  entry: Entry & { passed: CallStyle },
  obtained: Obtained,
  reach: "direct" | "re-exported" | "alias" | "attribute",
  variable: string,
): Start {
  const { passed: call } = entry;
  const file = entry.file === "none" && obtained.call && !call.isLiteral ? "wsgi" : entry.file;
  const passed = [obtained.first, call.passed].filter(Boolean).join(", ");
  if (file === "none") {
    const expression = obtained.call ? `${obtained.name}(${passed})` : variable;
    // A class's method is more than FLASK_APP can say.
    if (!expression.includes(".") || expression.includes('"')) {
      const isPlain = !obtained.name.includes(".");
      if (isPlain) {
        const command = entry.command === "none" ? "Procfile" : entry.command;
        const target = `${obtained.module}:${expression.replaceAll('"', "'")}`;
        return {
          files: commandFiles(command, target),
          module: obtained.module,
          expression,
          shape: [command],
        };
      }
    }
  }
  const name = file === "none" ? "wsgi" : file;
  const [owner = "", method] = obtained.name.split(".");
  const [importLine, head] =
    reach === "alias"
      ? [`from ${obtained.module} import ${owner} as made`, "made"]
      : reach === "attribute"
        ? [`import ${obtained.module}`, `${obtained.module}.${owner}`]
        : [`from ${obtained.module} import ${owner}`, owner];
  const callee = method ? `${head}.${method}` : head;
  const value = obtained.call ? `${callee}(${passed})` : callee;
  // A file of any other name is found through the command that names it, or since it serves.
  const isKnown = ["wsgi", "run", "manage"].includes(name);
  const later = afterwardsOf(entry.afterwards, entry.variable);
  const guard =
    entry.isGuarded || name === "run" || (!isKnown && entry.command === "none")
      ? ["", 'if __name__ == "__main__":', `\t${entry.variable}.run()`]
      : [];
  const imports = [...call.entryImports, ...later.imports, importLine];
  const made = value === entry.variable ? [] : [`${entry.variable} = ${value}`];
  const files: Record<string, string> = {
    [`${name}.py`]: [...imports, "", ...call.prepare, ...made, ...later.lines, ...guard, ""].join("\n"),
    ...later.files,
  };
  if (
    entry.decoy &&
    obtained.call &&
    !call.passed.startsWith("Flask(") &&
    name !== "run" &&
    call.parameters &&
    isCertain(name, entry.command)
  ) {
    const other = [obtained.first, call.name.startsWith("mapping") ? '{"MODE": "debug"}' : null].filter(Boolean);
    if (/=/.test(call.parameters) && !/^\*, mode$/.test(call.parameters)) {
      files["run.py"] = [
        importLine,
        "",
        'if __name__ == "__main__":',
        `\t${callee}(${other.join(", ")}).run(debug=True)`,
        "",
      ].join("\n");
    }
  }
  const { command } = entry;
  if (command !== "none") Object.assign(files, commandFiles(command, `${name}:${entry.variable}`));
  return {
    files,
    module: name,
    expression: entry.variable,
    shape: [
      `${name}.py`,
      ...(command === "none" ? [] : [command]),
      ...(entry.afterwards === "nothing" ? [] : [`afterwards ${entry.afterwards}`]),
      ...(files["run.py"] && name !== "run" ? ["decoy"] : []),
    ],
  };
}

/** With a script for development beside it, the web's entry must be known by its name or by a command. */
function isCertain(name: string, command: Entry["command"]): boolean {
  return name === "wsgi" || command !== "none";
}

function afterwardsOf(
  kind: Entry["afterwards"],
  variable: string,
): { imports: string[]; lines: string[]; files: Record<string, string> } {
  switch (kind) {
    case "config":
      return { imports: [], lines: [`${variable}.config["LATE"] = "set by the entry"`], files: {} };
    case "blueprint":
      return {
        imports: ["from flask import Blueprint"],
        lines: [`${variable}.register_blueprint(Blueprint("entry", __name__))`],
        files: {},
      };
    case "setup":
      return {
        imports: ["from storage import setup_db"],
        lines: [`db = setup_db(${variable})`],
        files: {
          "storage.py":
            'def setup_db(app):\n\tif "store" in app.extensions:\n\t\traise RuntimeError("set up twice")\n\tapp.extensions["store"] = object()\n\treturn app\n',
        },
      };
    default:
      return { imports: [], lines: [], files: {} };
  }
}

function commandFiles(command: Entry["command"], target: string): Record<string, string> {
  const quoted = /[()]/.test(target) ? `"${target}"` : target;
  switch (command) {
    case "Procfile":
      return { Procfile: `web: gunicorn --workers 2 ${quoted}\n` };
    case ".flaskenv":
      return { ".flaskenv": `FLASK_APP=${quoted}\n` };
    case "Dockerfile":
      return {
        Dockerfile: `FROM python:3.13-slim\nWORKDIR /srv\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["gunicorn", "--bind", "0.0.0.0:8000", "${target}"]\n`,
      };
    case "compose.yaml":
      return { "compose.yaml": `services:\n  web:\n    build: .\n    command: gunicorn -b 0.0.0.0:8000 ${quoted}\n` };
    default:
      return {};
  }
}
