/** The statements that random factories are made of: harmless ones, such as take the Flask away from its name, and ways to leave. */
import fc from "fast-check";

/** One line or one block of Python; a block's lines are indented when it is written out. */
export type Part = string | { head: string; body: Part[] } | Part[];

/** How often something comes up, by what it asks of the tool. */
const COMMON = 12;
const RARE = 1;

export const number = fc.integer({ min: 0, max: 7 });
export const condition = fc.oneof(
  { weight: COMMON, arbitrary: number.map((n) => `flag(${n})`) },
  { weight: 3, arbitrary: number.map((n) => `not flag(${n})`) },
  { weight: 3, arbitrary: fc.tuple(number, number).map(([a, b]) => `flag(${a}) and not flag(${b})`) },
  { weight: 2, arbitrary: number.map((n) => `(found := flag(${n}))`) },
  { weight: 2, arbitrary: number.map((n) => `(\n\tflag(${n})\n)`) },
);

/** Statements that leave the names alone. */
export const harmless = (app: string): fc.Arbitrary<Part[]> =>
  fc.oneof(
    { weight: 4, arbitrary: number.map((n) => [`mark(${n})`]) },
    { weight: 4, arbitrary: number.map((n) => [`${app}.config["KEY_${n}"] = mark(${n})`]) },
    {
      weight: 8,
      arbitrary: fc.constantFrom<Part[][]>(
        [`# return ${app}`],
        [""],
        [`"""`, `return ${app}`, `"""`],
        [`text = "return ${app}; ${app} = None"`],
        [`text = f"{${app}.name!r:>{20}} return ${app}"`],
        [`mark(1); mark(2)`],
        [`mark(1);`],
        [`${app}.config[`, `\t"LONG"`, `] = 3`],
        ["total = 1 + \\", "\tmark(2)"],
        [`pick = lambda value: value or ${app}`],
        [`rows = [${app} for ${app} in ()]`],
        [`${app}.extensions["x"] = {"a": [1, 2], "b": (3,)}`],
        [`assert ${app}.name is not None, "no name"`],
        [`from world import Stub as Late`],
        [`${app}.wsgi_app = Middleware(${app}.wsgi_app)`],
        [`${app}.debug = ${app}.testing = True`],
        [`counter: int = 3`, `counter += 1`],
        [`mark("é ünï 漢字")`],
        [{ head: "def index():", body: ["return 'index'"] }],
        [{ head: `def helper(${app}):`, body: [`return ${app}`] }],
        [
          `@${app}.route("/")`,
          { head: "def home():", body: [{ head: "if flag(1):", body: [`return ${app}.name`] }, `return ${app}`] },
        ],
        [{ head: "class Local:", body: [{ head: "def me(self):", body: [`return ${app}`] }, "", `${app} = 3`] }],
        [{ head: "async def later():", body: [`return ${app}`] }],
        [{ head: "def items():", body: [`yield ${app}`, `return`] }],
        [`${app}.register_blueprint(Blueprint("b", __name__))`],
        ["pass"],
        ["..."],
        [`print(mark(1), file=None) if False else None`],
      ),
    },
  );

/** Statements that take the Flask away from the name, or may. */
export const hostile = (app: string): fc.Arbitrary<Part[]> =>
  fc.constantFrom<Part[][]>(
    [`${app} = Middleware(${app})`],
    [`${app} = None`],
    [`del ${app}`],
    [{ head: `for ${app} in ():`, body: ["pass"] }],
    [{ head: `for ${app} in (1, 2):`, body: ["mark(1)"] }],
    [
      { head: "try:", body: ["boom(1)"] },
      { head: `except ValueError as ${app}:`, body: [`mark(3)`] },
    ],
    [{ head: `with ${app}.app_context() as ${app}:`, body: ["mark(1)"] }],
    [{ head: `def ${app}():`, body: ["return 1"] }],
    [{ head: `class ${app}:`, body: ["pass"] }],
    [`import world as ${app}`],
    [`from world import Stub as ${app}`],
    [`${app}, other = Stub(), 1`],
    [`(${app} := Stub())`],
    [{ head: `if flag(2) and (${app} := Stub()):`, body: ["mark(1)"] }],
    [`[${app}] = [1]`],
    [`first, *${app} = 1, 2, 3`],
    [`${app} = ${app}.wsgi_app`],
    [`${app} = Stub() if flag(3) else ${app}`],
    [`${app} = [(${app} := 3) for _ in (1,)] and Stub()`],
    [{ head: "match mark(2):", body: [{ head: `case ${app}:`, body: ["mark(1)"] }] }],
    [{ head: "def swap():", body: [`nonlocal ${app}`, `${app} = None`] }, "swap()"],
    [`exec("${app} = None")`],
  );

/** Statements that bind a new Flask to the name; all of them can be proven. */
export const binding = (app: string): fc.Arbitrary<Part[]> =>
  fc.oneof(
    { weight: COMMON * 2, arbitrary: fc.constant<Part[]>([`${app} = Flask(__name__)`]) },
    {
      weight: COMMON,
      arbitrary: fc.constantFrom<Part[][]>(
        [`${app} = Flask(`, "\t__name__,", "\tstatic_folder=None,", ")"],
        [`${app}: Flask = Flask(import_name=__name__)`],
        [`${app} = Shop(__name__)`],
        [`${app} = flask.Flask("x")`],
        ["cls = Flask", `${app} = cls(__name__)`],
        [`${app} = other = Flask(__name__)`],
        [`other = ${app} = Flask(__name__)`],
        [`mark(3); ${app} = Flask(__name__)`],
        [`${app} = None`, `${app} = Flask(__name__)`],
        [
          { head: "if flag(0):", body: [`${app} = Shop(__name__)`] },
          { head: "else:", body: [`${app} = Flask("plain")`] },
        ],
        [
          { head: "try:", body: ["boom(4)", `${app} = Flask(__name__)`] },
          { head: "except ValueError:", body: [`${app} = Flask("fallback")`] },
        ],
        [
          { head: "try:", body: [`${app} = Flask(__name__)`] },
          { head: "except OSError:", body: ["raise"] },
        ],
        [`from flask import Flask as Inner`, `${app} = Inner(__name__)`],
        [`${app} = Flask("draft")`, `${app} = Flask(__name__)`],
        [`${app} = Flask("draft")`, `del ${app}`, `${app} = Flask(__name__)`],
      ),
    },
    {
      weight: RARE * 3,
      arbitrary: fc.constantFrom<Part[][]>(
        [`${app}, other = Flask(__name__), 1`],
        [`(${app} := Flask(__name__))`],
        [{ head: `if (${app} := Flask(__name__)).debug:`, body: ["mark(1)"] }],
        [`(${app}) = (Flask(__name__))`],
      ),
    },
  );

/** Ways to leave the function. */
export const leaving = (app: string): fc.Arbitrary<Part[]> =>
  fc.oneof(
    { weight: COMMON * 3, arbitrary: fc.constant<Part[]>([`return ${app}`]) },
    {
      weight: COMMON,
      arbitrary: fc.constantFrom<Part[][]>(
        [`return ${app}  # the app`],
        [`return (${app})`],
        ["return (", `\t# it`, `\t${app}`, ")"],
        [`return ${app}, 1`],
        [`return (`, `\t${app},`, `\t"socket",`, `)`],
        [`return Middleware(${app})`],
        ["return None"],
        ["return"],
        [`raise RuntimeError("return ${app}")`],
        ["return \\", `\t${app}`],
      ),
    },
    {
      weight: RARE * 2,
      arbitrary: fc.constantFrom<Part[][]>(
        [`return ${app};`],
        [`mark(4); return ${app}`],
        [`return ${app} if flag(2) else None`],
        [`return [${app}]`],
        [`return {"app": ${app}}`],
        [`return ${app}.wsgi_app`],
        [`return Flask(__name__)`],
        [`return lambda: ${app}`],
        [`return (again := ${app})`],
        ["return Stub()"],
      ),
    },
  );
