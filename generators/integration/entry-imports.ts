const STANDARD = /^(?:import|from) (?:os|sys|pathlib|typing|logging|json|functools|importlib)\b/;
const LIBRARIES = /^(?:import|from) (?:celery|flask|dotenv|werkzeug|environs|decouple)\b/;

/**
 * Orders the lines by which the worker's entry gets the app, and adds what the entry needs itself.
 * Anything but one-line imports stays where it was: its order may matter.
 *
 * @param imports import lines and preparation, as the survey read them
 * @param returnsApp whether the call's value is the Flask application
 */
export function entryImports(imports: readonly string[], returnsApp: boolean): string[] {
  const single = returnsApp ? [...imports] : ["from celery.app import app_or_default", ...imports];
  if (!single.every((line) => /^(import|from) [^(]+$/.test(line))) return single;
  const lines = mergeFroms(single);
  const groups = [lines.filter((line) => STANDARD.test(line)), lines.filter((line) => LIBRARIES.test(line))];
  groups.push(lines.filter((line) => !groups.flat().includes(line)));
  const order = (line: string) => (line.startsWith("import ") ? 0 : 1);
  return groups
    .filter((group) => group.length > 0)
    .flatMap((group, index) => [
      ...(index > 0 ? [""] : []),
      ...group.sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1)),
    ]);
}

/** `from a import B` and `from a import C` in one line, in isort's order: CONSTANTS, Classes, then everything else. */
function mergeFroms(lines: readonly string[]): string[] {
  const names = new Map<string, string[]>();
  for (const line of lines) {
    const [, head, list] = /^(from \S+ import )(.+)$/.exec(line) ?? [null, line, ""];
    names.set(head, [...(names.get(head) ?? []), ...list.split(/,\s*/).filter(Boolean)]);
  }
  const key = (name: string) =>
    `${/^[A-Z][A-Z0-9_]+\b/.test(name) ? 0 : /^[A-Z]/.test(name) ? 1 : 2}${name.toLowerCase()}`;
  return [...names].map(([head, found]) => {
    const sorted = [...new Set(found)].sort((one, two) => (key(one) < key(two) ? -1 : 1));
    return head + sorted.join(", ");
  });
}
