/** What the user is told where a dependency file can't be edited. */
import type { ManualStep } from "../changes/types.ts";
import type { DependencyFile } from "./types.ts";
import { type Wanted, writeCaret, writePair, writeRange, writeRequirement } from "./wanted.ts";

/** The line that only the user can add, in the words of the file's own format. */
export function explain(file: DependencyFile, item: Wanted): ManualStep {
  const requirement = writeRequirement(item);
  const { path } = file;
  const at = { path, line: file.line ?? 1 };
  if (file.hashed) {
    const command = file.command ?? `echo '${requirement}' | uv pip compile --generate-hashes --constraint ${path} -`;
    return {
      ...at,
      snippet: command,
      why: `${path} pins hashes, which only a package index can tell: add ${requirement} with this command`,
    };
  }
  if (file.generated) {
    const why = `${path} is generated: add ${requirement} where it comes from, then make it again with this command`;
    return { ...at, snippet: file.command ?? `pip-compile --output-file=${path}`, why };
  }
  const snippets: Partial<Record<DependencyFile["kind"], string>> = {
    "setup-py": `"${requirement}",`,
    "setup-cfg": `    ${requirement}`,
    "pyproject-pep621": `"${requirement}",`,
    poetry: `${item.name} = ${writePair(writeCaret(item), item)}`,
    pipfile: `${item.name} = ${writePair(writeRange(item), item)}`,
    conda: `  - ${item.name}${writeRange(item)}`,
  };
  const reasons: Partial<Record<DependencyFile["kind"], string>> = {
    conda: "conda names its packages itself (its name for redis is redis-py); environment files are left to you",
    "setup-py": "install_requires is no plain list of strings here, and setup.py is never run",
  };
  const outside = path.startsWith("../") ? `${path} lies outside the folder that may be written` : undefined;
  return {
    ...at,
    snippet: snippets[file.kind] ?? requirement,
    why: outside ?? reasons[file.kind] ?? `the place for ${item.name} in ${path} is not certain`,
  };
}
