import { findTestsDir, type Project } from "../../lib/survey/index.ts";

/** Folder for a pytest file, with a trailing slash, "" for the root; null where the project does not use pytest. */
export function testsFolder(project: Project): string | null {
  if (!project.pytest) return null;
  const folder = findTestsDir(project);
  return folder ? `${folder}/` : "";
}
