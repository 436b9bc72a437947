/** How a wanted package is written in each kind of file. */

/** A package that the project shall declare. */
export interface Wanted {
  name: string;
  extras?: readonly string[];
  /** Lowest version, e.g. "5.4"; "" for any. */
  minimum: string;
  /** First version that is too new; the next major version when left out. No exact pin is ever invented. */
  below?: string;
}

/** `celery[redis]>=5.4,<6` */
export function writeRequirement(item: Wanted): string {
  const extras = item.extras?.length ? `[${item.extras.join(",")}]` : "";
  return item.name + extras + writeRange(item);
}

export function writeRange(item: Wanted): string {
  if (item.minimum === "") return "";
  const limit = item.below ?? nextMajor(item);
  return `>=${item.minimum}${limit === "" ? "" : `,<${limit}`}`;
}

/** Poetry's own spelling of "up to the next major version". */
export function writeCaret(item: Wanted): string {
  return item.below === undefined || item.below === nextMajor(item) ? `^${item.minimum}` : writeRange(item);
}

function nextMajor({ minimum }: Wanted): string {
  return String(Number.parseInt(minimum, 10) + 1);
}

/** Poetry's and Pipenv's value: a string, or a table where there are extras. */
export function writePair(version: string, { extras = [] }: Wanted): string {
  if (extras.length === 0) return `"${version}"`;
  return `{extras = [${extras.map((extra) => `"${extra}"`).join(", ")}], version = "${version}"}`;
}
