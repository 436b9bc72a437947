/** Finds and reads the files below templates/, without loading Handlebars. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Works from generators/ and from the bundle in dist/: templates/ stands beside package.json in both. */
export function findTemplates(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, "templates")) || !existsSync(path.join(folder, "package.json"))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error("the templates folder of this package is missing");
    folder = parent;
  }
  return path.join(folder, "templates");
}

/** Every partial by the name of its file → its template name, e.g. "partials/flask_task". */
export function listPartials(templates: string): Record<string, string> {
  const partials: Record<string, string> = {};
  const folder = path.join(templates, "partials");
  if (!existsSync(folder)) return partials;
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    if (!file.endsWith(".hbs")) continue;
    const name = path.basename(file, ".hbs");
    if (name in partials) throw new Error(`two partials are called ${name}`);
    partials[name] = `partials/${file.split(path.sep).join("/").slice(0, -".hbs".length)}`;
  }
  return partials;
}

/** Every partial by the name of its file → its text. */
export function readPartials(templates: string): Record<string, string> {
  const entries = Object.entries(listPartials(templates));
  return Object.fromEntries(entries.map(([name, file]) => [name, readText(path.join(templates, `${file}.hbs`))]));
}

/** Replaced partials end as ours do: without a line's end the next line of the file would be joined to them. */
export function completeLines(
  replaced: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const entries = Object.entries(replaced).map(([name, text]) => {
    const isCut = text !== "" && !text.endsWith("\n") && Object.hasOwn(own, name) && own[name]!.endsWith("\n");
    return [name, isCut ? `${text}\n` : text] as const;
  });
  return Object.fromEntries(entries);
}

/** A template's text, with line feeds only. */
export function readText(file: string): string {
  return readFileSync(file, "utf8").replaceAll("\r\n", "\n");
}
