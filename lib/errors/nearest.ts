/** Suggestions for mistyped names. */

/**
 * The candidate that was most likely meant by `typed`, or undefined when none is near.
 * Near: it starts with what was typed, or at most a third of its letters differ.
 */
export function nearestName(typed: string, candidates: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  const prefixed = candidates.filter((name) => wanted.length > 1 && name.toLowerCase().startsWith(wanted));
  if (prefixed.length === 1) return prefixed[0];
  let best: { name: string; distance: number } | undefined;
  for (const name of candidates) {
    const distance = editDistance(wanted, name.toLowerCase());
    if (
      distance <= Math.max(1, Math.floor(name.length / 3)) &&
      distance < (best?.distance ?? Number.POSITIVE_INFINITY)
    ) {
      best = { name, distance };
    }
  }
  return best?.name;
}

/** ` Did you mean "x"?`, or nothing: to be put at the end of a sentence. */
export function didYouMean(typed: string, candidates: readonly string[]): string {
  const near = nearestName(typed, candidates);
  return near === undefined ? "" : ` Did you mean "${near}"?`;
}

/** Optimal string alignment: insertions, deletions, replacements and swapped neighbours each cost one. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, beforeLast[column - 2]! + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
