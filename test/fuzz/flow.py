"""A small data flow over CPython's ast: every path through a factory, what each name holds, how often Celery was initialised.

Paths are enumerated, not merged: slow, simple, and with no idea in common with the product's own analysis. Loops run zero, one or two
times, every statement of a try body may raise.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

LIMIT = 5000
OTHER, NONE, CLASS, UNBOUND, UNKNOWN = ("other",), ("none",), ("class",), ("unbound",), ("unknown",)
FOREIGN = {"flask"}


class TooMany(Exception):
    """More paths than are worth following."""


@dataclass
class Path:
    names: dict
    inits: dict = field(default_factory=dict)
    bad: list = field(default_factory=list)
    end: str = ""  # "", return, raise, break, continue
    value: tuple = NONE
    node: ast.AST | None = None

    def fork(self) -> "Path":
        return Path(dict(self.names), dict(self.inits), list(self.bad), self.end, self.value, self.node)


def holds(value: tuple) -> list[str]:
    """The instances inside of a value."""
    if value[0] == "flask":
        return [value[1]]
    if value[0] == "wrap":
        return [site for item in value[1] for site in holds(item)]
    return []


def may_hold(value: tuple) -> bool:
    return bool(holds(value)) or value[0] == "unknown" or (value[0] == "wrap" and any(may_hold(item) for item in value[1]))


class Flow:
    def __init__(self, module: ast.Module, init: str = "") -> None:
        self.init = init
        self.count = 0
        self.sites = 0
        self.globals: dict = {}
        self.declared: set[str] = set()
        start = Path({})
        self.at_module = True
        for statement in module.body:
            ends = self.run([statement], start)
            # The module level is followed along one path only: what is bound differently by branches is unknown.
            first = ends[0]
            for other in ends[1:]:
                for name in set(first.names) | set(other.names):
                    if first.names.get(name) != other.names.get(name):
                        first.names[name] = UNKNOWN
            first.end = ""
            start = first
        self.globals = start.names
        self.at_module = False

    def paths(self, function: ast.FunctionDef) -> list[Path]:
        self.declared = {name for node in own_nodes(function) if isinstance(node, ast.Global) for name in node.names}
        local = bound_names(function) - self.declared
        names = dict(self.globals)
        for name in local:
            names[name] = UNBOUND
        arguments = function.args
        for arg in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]:
            if arg:
                annotation = ast.unparse(arg.annotation) if arg.annotation else ""
                names[arg.arg] = ("flask", "handed in") if annotation in ("Flask", "flask.Flask") else UNKNOWN
        starts = [Path(names)]
        # A second call finds in a global what the first one has put there.
        assigned = {name for name in self.declared if any(isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store) for node in own_nodes(function))}
        for name in assigned:
            if self.globals.get(name) == NONE:
                again = starts[0].fork()
                again.names[name] = ("flask", "previous")
                starts.append(again)
        ends: list[Path] = []
        for start in starts:
            ends += self.run(function.body, start)
        for path in ends:
            if not path.end:
                path.end, path.value = "return", NONE
        return ends

    def run(self, body: list[ast.stmt], start: Path) -> list[Path]:
        alive, ended = [start], []
        for statement in body:
            following: list[Path] = []
            for path in alive:
                for result in self.step(statement, path):
                    (ended if result.end else following).append(result)
            alive = following
            self.count += len(alive)
            if self.count > LIMIT:
                raise TooMany
        return alive + ended

    def step(self, node: ast.stmt, path: Path) -> list[Path]:
        handler = getattr(self, "do_" + type(node).__name__, None)
        if handler:
            return handler(node, path)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child, path)
        return [path]

    # -- values
    def value(self, node: ast.expr | None, path: Path) -> tuple:
        if node is None:
            return NONE
        if isinstance(node, ast.Constant):
            return NONE if node.value is None else OTHER
        if isinstance(node, ast.Name):
            return path.names.get(node.id, UNKNOWN)
        if isinstance(node, ast.NamedExpr):
            value = self.value(node.value, path)
            path.names[node.target.id] = value
            return value
        if isinstance(node, (ast.Lambda, ast.JoinedStr, ast.Compare)):
            if isinstance(node, ast.Compare):
                for part in [node.left, *node.comparators]:
                    self.value(part, path)
            return OTHER
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            for inner in ast.walk(node):
                if isinstance(inner, ast.NamedExpr):
                    path.names[inner.target.id] = UNKNOWN
            return UNKNOWN
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            return ("wrap", [self.value(item, path) for item in node.elts])
        if isinstance(node, ast.Dict):
            return ("wrap", [self.value(item, path) for item in node.values])
        if isinstance(node, ast.IfExp):
            self.value(node.test, path)
            left, right = self.value(node.body, path), self.value(node.orelse, path)
            return left if left == right else UNKNOWN
        if isinstance(node, ast.BoolOp):
            values = [self.value(item, path) for item in node.values]
            return values[0] if all(item == values[0] for item in values) else UNKNOWN
        if isinstance(node, ast.Attribute):
            base = self.value(node.value, path)
            if base == ("module", "flask"):
                return CLASS if node.attr == "Flask" else OTHER
            return UNKNOWN
        if isinstance(node, ast.Call):
            return self.call(node, path)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child, path)
        return UNKNOWN

    def call(self, node: ast.Call, path: Path) -> tuple:
        function = self.value(node.func, path)
        values = [self.value(argument, path) for argument in node.args]
        values += [self.value(keyword.value, path) for keyword in node.keywords]
        if self.init and isinstance(node.func, ast.Name) and node.func.id == self.init:
            argument = values[0] if values else UNKNOWN
            if argument == UNBOUND:
                path.end = "raise"  # as the return behind it would
            elif argument[0] != "flask":
                path.bad.append((node.lineno, argument[0]))
            else:
                path.inits[argument[1]] = path.inits.get(argument[1], 0) + 1
            return OTHER
        if function == CLASS:
            self.sites += 1
            return ("flask", f"{'module' if self.at_module else 'own'} {self.sites}")
        return ("wrap", values) if values else UNKNOWN

    # -- bindings
    def bind(self, target: ast.expr, value: tuple, path: Path) -> None:
        if isinstance(target, ast.Name):
            path.names[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            parts = value[1] if value[0] == "wrap" and len(value[1]) == len(target.elts) else [UNKNOWN] * len(target.elts)
            for item, part in zip(target.elts, parts):
                self.bind(item, part, path)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, UNKNOWN, path)
        else:
            for child in ast.iter_child_nodes(target):
                if isinstance(child, ast.expr):
                    self.value(child, path)

    def do_Assign(self, node: ast.Assign, path: Path) -> list[Path]:
        value = self.value(node.value, path)
        for target in node.targets:
            self.bind(target, value, path)
        return [path]

    def do_AnnAssign(self, node: ast.AnnAssign, path: Path) -> list[Path]:
        if node.value is not None:
            self.bind(node.target, self.value(node.value, path), path)
        return [path]

    def do_AugAssign(self, node: ast.AugAssign, path: Path) -> list[Path]:
        self.value(node.value, path)
        if isinstance(node.target, ast.Name):
            path.names[node.target.id] = UNKNOWN
        return [path]

    def do_Delete(self, node: ast.Delete, path: Path) -> list[Path]:
        for target in node.targets:
            if isinstance(target, ast.Name):
                path.names[target.id] = UNBOUND
        return [path]

    def do_Import(self, node: ast.Import, path: Path) -> list[Path]:
        for alias in node.names:
            path.names[alias.asname or alias.name.split(".")[0]] = ("module", "flask") if alias.name == "flask" else OTHER
        return [path]

    def do_ImportFrom(self, node: ast.ImportFrom, path: Path) -> list[Path]:
        for alias in node.names:
            is_flask = node.module in FOREIGN and not node.level and alias.name == "Flask"
            path.names[alias.asname or alias.name] = CLASS if is_flask else OTHER
        return [path]

    def do_FunctionDef(self, node: ast.FunctionDef, path: Path) -> list[Path]:
        path.names[node.name] = OTHER
        if not self.at_module:
            for inner in own_nodes(node):
                if isinstance(inner, ast.Nonlocal):
                    for name in inner.names:
                        path.names[name] = UNKNOWN
        return [path]

    do_AsyncFunctionDef = do_FunctionDef

    def do_ClassDef(self, node: ast.ClassDef, path: Path) -> list[Path]:
        bases = [self.value(base, path) for base in node.bases]
        path.names[node.name] = CLASS if CLASS in bases else OTHER
        return [path]

    # -- control flow
    def do_Return(self, node: ast.Return, path: Path) -> list[Path]:
        path.value, path.end, path.node = self.value(node.value, path), "return", node
        return [path]

    def do_Raise(self, node: ast.Raise, path: Path) -> list[Path]:
        path.end = "raise"
        return [path]

    def do_Break(self, node: ast.Break, path: Path) -> list[Path]:
        path.end = "break"
        return [path]

    def do_Continue(self, node: ast.Continue, path: Path) -> list[Path]:
        path.end = "continue"
        return [path]

    def truth(self, node: ast.expr, path: Path) -> bool | None:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.truth(node.operand, path)
            return None if inner is None else not inner
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.Is, ast.IsNot)):
            left, right = self.value(node.left, path), self.value(node.comparators[0], path)
            if right == NONE and left[0] in ("none", "flask"):
                return (left == NONE) == isinstance(node.ops[0], ast.Is)
            return None
        value = self.value(node, path)
        return {"none": False, "flask": True}.get(value[0])

    def do_If(self, node: ast.If, path: Path) -> list[Path]:
        truth = self.truth(node.test, path)
        ends: list[Path] = []
        if truth is not False:
            ends += self.run(node.body, path.fork())
        if truth is not True:
            ends += self.run(node.orelse, path.fork())
        return ends

    def loop(self, node: ast.For | ast.While, path: Path) -> list[Path]:
        done: list[Path] = []
        alive = [path]
        for turn in range(3):
            following: list[Path] = []
            for each in alive:
                leaving = each.fork()
                if isinstance(node, ast.While):
                    self.value(node.test, leaving)
                done += self.run(node.orelse, leaving)
                if turn == 2:
                    continue
                inside = each.fork()
                if isinstance(node, ast.For):
                    self.bind(node.target, UNKNOWN, inside)
                else:
                    self.value(node.test, inside)
                for end in self.run(node.body, inside):
                    if end.end == "break":
                        end.end = ""
                        done.append(end)
                    elif end.end in ("", "continue"):
                        end.end = ""
                        following.append(end)
                    else:
                        done.append(end)
            alive = following
        return done

    def do_For(self, node: ast.For, path: Path) -> list[Path]:
        self.value(node.iter, path)
        return self.loop(node, path)

    do_While = loop

    def do_With(self, node: ast.With, path: Path) -> list[Path]:
        swallows = False
        for item in node.items:
            value = self.value(item.context_expr, path)
            if item.optional_vars is not None:
                is_context = ast.unparse(item.context_expr).endswith("app_context()")
                self.bind(item.optional_vars, UNKNOWN if is_context or value else UNKNOWN, path)
            swallows |= "suppress" in ast.unparse(item.context_expr)
        ends = []
        if swallows:
            ends += self.stopped_anywhere(node.body, path)
        return ends + self.run(node.body, path)

    do_AsyncWith = do_With

    def stopped_anywhere(self, body: list[ast.stmt], path: Path) -> list[Path]:
        """The states in which an exception can leave the body: those in which a statement starts that can raise."""
        states: list[Path] = []
        alive = [path.fork()]
        for statement in body:
            following: list[Path] = []
            for each in alive:
                if can_raise(statement):
                    stopped = each.fork()
                    if isinstance(statement, ast.Return):
                        # celery_init_app, then `return middleware(app)` raises: a second call in the handler is as good as none.
                        stopped.inits = dict(path.inits)
                    states.append(stopped)
                inner = getattr(statement, "body", None)
                if isinstance(inner, list) and not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                    for block in [inner, getattr(statement, "orelse", [])]:
                        states += self.stopped_anywhere(block, each.fork())
                    for part in [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]:
                        states += self.stopped_anywhere(part.body, each.fork())
                for end in self.step(statement, each.fork()):
                    if not end.end:
                        following.append(end)
                    elif end.end == "raise":
                        end.end = ""
                        states.append(end)
            alive = following
            self.count += len(states)
            if self.count > LIMIT:
                raise TooMany
        unique: list[Path] = []
        for state in states:
            if not any(state.names == other.names and state.inits == other.inits for other in unique):
                unique.append(state)
        return unique

    def do_Try(self, node: ast.Try, path: Path) -> list[Path]:
        interrupted = self.stopped_anywhere(node.body, path)
        ends: list[Path] = []
        for end in self.run(node.body, path.fork()):
            if end.end:
                if end.end != "raise" or not node.handlers:
                    ends.append(end)
            else:
                ends += self.run(node.orelse, end)
        for handler in node.handlers:
            for state in interrupted:
                inside = state.fork()
                if handler.name:
                    inside.names[handler.name] = OTHER
                for end in self.run(handler.body, inside):
                    if handler.name:
                        end.names[handler.name] = UNBOUND
                    ends.append(end)
        if not node.finalbody:
            return ends
        results: list[Path] = []
        for end in ends:
            kept = (end.end, end.value, end.node)
            end.end = ""
            for result in self.run(node.finalbody, end):
                if not result.end:
                    result.end, result.value, result.node = kept
                results.append(result)
        return results

    def do_Match(self, node: ast.Match, path: Path) -> list[Path]:
        self.value(node.subject, path)
        ends: list[Path] = []
        complete = False
        for case in node.cases:
            inside = path.fork()
            for pattern in ast.walk(case.pattern):
                name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                if isinstance(pattern, (ast.MatchAs, ast.MatchStar, ast.MatchMapping)) and name:
                    inside.names[name] = UNKNOWN
                    path.names[name] = UNKNOWN  # a failed case may have bound it
            ends += self.run(case.body, inside)
            if isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and case.guard is None:
                complete = True
        return ends if complete else [*ends, path.fork()]


def can_raise(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal)):
        return False
    if isinstance(node, ast.Return):
        return any(not isinstance(part, (ast.Name, ast.Constant, ast.Tuple, ast.expr_context)) for part in ast.walk(node) if part is not node)
    return True


def own_nodes(function: ast.AST) -> list[ast.AST]:
    """Nodes of the function itself, not of functions, lambdas and classes inside of it."""
    found: list[ast.AST] = []
    queue = list(ast.iter_child_nodes(function))
    while queue:
        node = queue.pop(0)
        found.append(node)
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            queue += ast.iter_child_nodes(node)
    return found


def bound_names(function: ast.FunctionDef) -> set[str]:
    names: set[str] = set()
    for node in own_nodes(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name.split(".")[0])
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            names.add(node.name)
    return names


def find(module: ast.Module, dotted: str) -> ast.FunctionDef | None:
    body: list[ast.stmt] = module.body
    found = None
    for part in dotted.split("."):
        found = next((node for node in reversed(body) if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == part), None)
        if found is None:
            return None
        body = found.body
    return found if isinstance(found, ast.FunctionDef) else None


def prove(module: ast.Module, factory: str) -> tuple[bool, str]:
    """Whether every path gives back a Flask instance under a name (alone, in a tuple, as an argument) or nothing at all."""
    function = find(module, factory)
    if function is None:
        return False, "no such function"
    try:
        ends = Flow(module).paths(function)
    except TooMany:
        return False, "too many paths"
    good: set[int] = set()
    other: set[int] = set()
    for path in ends:
        if path.end != "return":
            continue
        line = getattr(path.node, "lineno", 0)
        if named(path):
            good.add(line)
        elif holds(path.value):
            return False, f"line {line}: no name of an instance stands in the return"
        elif may_hold(path.value) or path.value == UNBOUND:
            return False, f"line {line}: {path.value[0]} is returned on one path"
        elif path.value[0] == "none" and isinstance(getattr(path.node, "value", None), (ast.Constant, type(None))):
            continue
        else:
            other.add(line)
    if other - good:
        return False, f"line {min(other - good)}: something that is no instance is returned"
    if good & other:
        return False, f"line {min(good & other)}: an instance on one path, something else on another"
    return (True, "") if good else (False, "no path returns an instance")


def named(path: Path) -> bool:
    """Whether the return shows a name that holds an instance just then."""
    value = getattr(path.node, "value", None)
    items = value.elts if isinstance(value, ast.Tuple) else [value, *value.args] if isinstance(value, ast.Call) else [value]
    return any(isinstance(item, ast.Name) and path.names.get(item.id, UNKNOWN)[0] == "flask" for item in items)


def check_inits(module: ast.Module, factory: str, init: str) -> list[str]:
    """Every path that gives an instance back has initialised it exactly once; an app of an earlier call may go without."""
    function = find(module, factory)
    if function is None:
        return ["the factory is gone"]
    try:
        flow = Flow(module, init)
        ends = flow.paths(function)
    except TooMany:
        return []
    problems: list[str] = []
    for path in ends:
        problems += [f"line {line}: {init} is given {kind}" for line, kind in path.bad]
        if path.end != "return":
            continue
        line = getattr(path.node, "lineno", "?")
        for site in set(holds(path.value)):
            count = path.inits.get(site, 0)
            if count > 1 or (count == 0 and site.startswith(("own", "handed"))):
                problems.append(f"line {line}: on one path the returned instance is initialised {count} times")
    return sorted(set(problems))
