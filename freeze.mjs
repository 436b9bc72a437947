// `npm run freeze`, before the version in package.json is raised: keeps this version's templates, so that celery-update can tell
// what was generated with them from what was edited since.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

process.chdir(import.meta.dirname);
const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const names = readdirSync("templates", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".hbs"));
const texts = names.sort().map((name) => {
  const text = readFileSync(path.join("templates", name), "utf8").replaceAll("\r\n", "\n");
  return [name.split(path.sep).join("/").slice(0, -".hbs".length), text];
});
mkdirSync("templates/versions", { recursive: true });
writeFileSync(
  `templates/versions/${version}.json.gz`,
  gzipSync(JSON.stringify(Object.fromEntries(texts)), { level: 9 }),
);
console.log(`templates/versions/${version}.json.gz: ${texts.length} templates`);
