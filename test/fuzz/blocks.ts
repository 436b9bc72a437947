/** Nests statements into the compound statements of Python. */
import fc from "fast-check";
import { binding, condition, harmless, hostile, leaving, number, type Part } from "./parts.ts";

/** A block of statements; `depth` is how many more blocks may be nested. */
export function block(app: string, depth: number, hostility: number): fc.Arbitrary<Part[]> {
  const kinds: fc.WeightedArbitrary<Part[]>[] = [
    { weight: 30, arbitrary: harmless(app) },
    { weight: 1, arbitrary: binding(app) },
    { weight: hostility, arbitrary: hostile(app) },
  ];
  if (depth > 0) kinds.push({ weight: 22, arbitrary: compound(app, depth, hostility) });
  return fc.array(fc.oneof(...kinds), { minLength: 0, maxLength: 3 });
}

/** A block that is never empty, and that may end by leaving the function. */
function inner(app: string, depth: number, hostility: number): fc.Arbitrary<Part[]> {
  return fc
    .tuple(block(app, depth - 1, hostility), fc.option(leaving(app), { freq: 2, nil: ["pass"] }))
    .map(([body, end]) => [...body, end]);
}

function compound(app: string, depth: number, hostility: number): fc.Arbitrary<Part[]> {
  const suite = inner(app, depth, hostility);
  const two = fc.tuple(suite, suite);
  return fc.oneof(
    fc.tuple(condition, suite).map(([test, body]) => [{ head: `if ${test}:`, body }]),
    fc.tuple(condition, two).map(([test, [yes, no]]) => [
      { head: `if ${test}:`, body: yes },
      { head: "else:", body: no },
    ]),
    fc.tuple(condition, condition, two, suite).map(([first, second, [one, other], last]) => [
      { head: `if ${first}:`, body: one },
      { head: `elif ${second}:`, body: other },
      { head: "else:", body: last },
    ]),
    fc
      .tuple(condition, leaving(app))
      .map(([test, end]) =>
        end.length === 1 && !test.includes("\n") && typeof end[0] === "string"
          ? [`if ${test}: ${end[0]}`]
          : [{ head: `if ${test}:`, body: end }],
      ),
    suite.map((body) => [{ head: "for turn in (1, 2):", body }]),
    two.map(([body, rest]) => [
      { head: "for turn in (1, 2):", body },
      { head: "else:", body: rest },
    ]),
    fc.tuple(number, suite).map(([n, body]) => [{ head: `while more(${n}):`, body }]),
    fc.tuple(number, suite).map(([n, body]) => [
      {
        head: "for turn in (1, 2, 3):",
        body: [...body.slice(0, -1), { head: `if flag(${n}):`, body: ["break"] }, ...body.slice(-1)],
      },
    ]),
    fc.tuple(number, two).map(([n, [body, caught]]) => [
      { head: "try:", body: [`boom(${n})`, ...body] },
      { head: "except ValueError:", body: caught },
    ]),
    fc.tuple(number, two).map(([n, [body, caught]]) => [
      { head: "try:", body: [...body.slice(0, -1), `boom(${n})`, ...body.slice(-1)] },
      { head: "except ValueError as error:", body: caught },
      { head: "else:", body: ["mark(5)"] },
      { head: "finally:", body: ["mark(6)"] },
    ]),
    suite.map((body) => [
      { head: "try:", body },
      { head: "finally:", body: ["mark(7)"] },
    ]),
    suite.map((body) => [{ head: `with ${app}.app_context():`, body }]),
    suite.map((body) => [{ head: `with ${app}.app_context(), ${app}.test_request_context() as ctx:`, body }]),
    fc.tuple(number, suite).map(([n, body]) => [{ head: "with suppress(ValueError):", body: [`boom(${n})`, ...body] }]),
    fc.tuple(number, two).map(([n, [one, other]]) => [
      {
        head: `match mark(${n}):`,
        body: [
          { head: "case 1 | 2:", body: one },
          { head: "case _:", body: other },
        ],
      },
    ]),
    fc.tuple(number, two).map(([n, [one, other]]) => [
      {
        head: `match mark(${n}):`,
        body: [
          { head: "case [x, *_] if flag(1):", body: one },
          { head: `case int(value):`, body: other },
        ],
      },
    ]),
  );
}
