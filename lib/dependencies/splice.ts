/** Where a new entry goes among the existing ones. */

/**
 * Index at which `name` belongs: its place when three or more names are sorted, else the end.
 *
 * @param names existing names as written
 */
export function findPlace(names: readonly string[], name: string): number {
  const lower = names.map((existing) => existing.toLowerCase());
  const sorted =
    lower.length >= 3 && lower.every((existing, index) => index === 0 || (lower[index - 1] as string) <= existing);
  if (!sorted) return names.length;
  const index = lower.findIndex((existing) => existing > name.toLowerCase());
  return index < 0 ? names.length : index;
}

/** `text` with `inserted` put in at `offset`. */
export function insertAt(text: string, offset: number, inserted: string): string {
  return text.slice(0, offset) + inserted + text.slice(offset);
}
