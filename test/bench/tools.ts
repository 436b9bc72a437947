/** The same files made by our bin, Plop, hygen, cookiecutter and copier, each from its own copy of the same templates. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeEnv } from "../support/python-env.ts";
import { copyTree, tempDir, writeTree } from "../support/temp.ts";
import { bin, createdFiles, FACTORY, makeApp, plop, repository, stockPlopfile } from "./support/app.ts";
import { type Command, measure, printRatios } from "./support/measure.ts";

export const title =
  "one integration by several generators; aim: bin ≤ 0.6 × stock Plop and ≤ 1.3 × hygen; loading the pack ≤ 1.15 ×";

export async function bench(): Promise<void> {
  const app = makeApp(30);
  const created = createdFiles(app);
  const work = copyTree(app);
  const before = () => {
    rmSync(work, { recursive: true });
    copyTree(app, work);
  };
  const node = process.execPath;
  const stock = stockPlopfile(created);
  const loaded = loadingPlopfile(stock);
  const { bin: python } = await makeEnv(["cookiecutter", "copier"]);
  const folders = jinjaTemplates(created);
  const commands: Command[] = [
    { name: "stock Plop", command: [node, plop, "--plopfile", stock, "celery", work] },
    { name: "stock Plop, our pack loaded", command: [node, plop, "--plopfile", loaded, "celery", work] },
    { name: "our bin", command: [node, bin, ...FACTORY, "--dest", work] },
    {
      name: "plop, our pack",
      command: [
        node,
        plop,
        "--plopfile",
        `${repository}/plopfile.js`,
        FACTORY[0],
        "--dest",
        work,
        "--",
        ...FACTORY.slice(1),
      ],
    },
    {
      name: "hygen",
      command: [node, hygen(), "celery", "new"],
      cwd: work,
      env: { HYGEN_TMPLS: hygenTemplates(created) },
    },
    {
      name: "cookiecutter",
      command: [
        `${python}/cookiecutter`,
        folders.cookiecutter,
        "--no-input",
        "-f",
        "-o",
        path.dirname(work),
        `name=${path.basename(work)}`,
      ],
      env: { HOME: tempDir("home-") },
    },
    { name: "copier", command: [`${python}/copier`, "copy", "--quiet", "--overwrite", folders.copier, work] },
  ];
  printRatios(`${created.size} files`, measure(commands.map((command) => ({ ...command, before }))), "stock Plop");
}

/** A team's own plopfile with our pack beside its generator. */
function loadingPlopfile(stock: string): string {
  const file = path.join(path.dirname(stock), "with-pack.js");
  writeFileSync(
    file,
    `import stock from "./plopfile.js";\nexport default async (plop) => { stock(plop); await plop.load(${JSON.stringify(`${repository}/plopfile.js`)}); };\n`,
  );
  return file;
}

/** Kept under .cache: no dependency of ours. */
function hygen(): string {
  const folder = path.join(repository, ".cache/bench/hygen");
  const program = path.join(folder, "node_modules/hygen/dist/bin.js");
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "package.json"), '{"private":true}');
    const ran = spawnSync("npm", ["i", "--no-audit", "--no-fund", "--ignore-scripts", "hygen@6"], {
      cwd: folder,
      encoding: "utf8",
    });
    if (ran.status !== 0) throw new Error(ran.stderr);
  }
  return program;
}

function hygenTemplates(files: ReadonlyMap<string, string>): string {
  const templates = [...files].map(([to, text], index) => [
    `celery/new/${index}.ejs.t`,
    `---\nto: ${to}\n---\n${text.replaceAll("<%", "<%%")}`,
  ]);
  return writeTree(Object.fromEntries(templates), tempDir("bench-hygen-"));
}

function jinjaTemplates(files: ReadonlyMap<string, string>): { cookiecutter: string; copier: string } {
  const raw = (text: string) => `{% raw %}${text}{% endraw %}`;
  const at = (prefix: string, suffix: string) =>
    [...files].map(([name, text]) => [`${prefix}${name}${suffix}`, raw(text)] as const);
  return {
    cookiecutter: writeTree({
      "cookiecutter.json": '{"name": "x"}',
      ...Object.fromEntries(at("{{cookiecutter.name}}/", "")),
    }),
    copier: writeTree({ "copier.yml": "_subdirectory: template\n", ...Object.fromEntries(at("template/", ".jinja")) }),
  };
}
