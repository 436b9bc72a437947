/** What the command costs as the project grows: more blueprints, more files, a longer module. */
import { appendFileSync } from "node:fs";
import path from "node:path";
import { bin, FACTORY, makeApp } from "./support/app.ts";
import { measure, round } from "./support/measure.ts";

export const title = "cost as work grows, of the preview (nothing is written); linear or better";

export function bench(): void {
  curve("blueprints", [1, 10, 100, 1_000], (count) => makeApp(3 + 2 * count, count));
  curve("files", [100, 1_000, 10_000, 50_000], (count) => makeApp(count, 10));
  curve("lines in the factory's module", [100, 1_000, 10_000, 50_000], (count) => {
    const app = makeApp(20);
    const block = (index: number) =>
      `\n\ndef helper_${index}(value):\n    result = value + ${index}\n    return result\n`;
    appendFileSync(
      path.join(app, "shop/__init__.py"),
      Array.from({ length: count / 5 }, (_, index) => block(index)).join(""),
    );
    return app;
  });
}

function curve(unit: string, sizes: readonly number[], make: (size: number) => string): void {
  const rows = sizes.map((size) => {
    const command = [process.execPath, bin, ...FACTORY, "--preview", "json", "--dest", make(size)];
    return { size, ...measure([{ name: unit, command }], 3)[0]! };
  });
  const first = rows[0]!;
  console.log(`\n${unit}`);
  console.table(
    rows.map(({ size, wall, cpu, memory }, index) => {
      const last = rows[index - 1];
      return {
        [unit]: size,
        "wall ms": Math.round(wall),
        "CPU ms": Math.round(cpu),
        "CPU ms over the smallest": Math.round(cpu - first.cpu),
        "µs CPU for each one more": last ? round(((cpu - last.cpu) * 1000) / (size - last.size)) : "",
        "peak MB": Math.round(memory),
      };
    }),
  );
}
