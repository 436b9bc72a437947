"""`routes-guarded`: a route that sends tasks, or tells their state, asks who is calling where its neighbours do.

Routes come from the running application, what stands in them and above them from their source. A neighbour is another route of
the same blueprint. What can't be seen is no fault: it is said.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, Optional

from .events import Failed, NotApplicable
from .verification import Verification

_CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
_SENDING = {"delay", "apply_async", "send_task", "delay_after_commit", "send_in_transaction"}
# `login_required`, `jwt_required()`, `auth.login_required`, `token_auth`, `roles_accepted`, `require_scope`.
_GUARD = re.compile(
    r"login|auth|jwt|token|permission|role|require|admin|protect|scope|verified|session_user|api_?key", re.I
)
# Named alike, and no guards.
_NO_GUARD = re.compile(
    r"exempt|optional|anonymous|rate|limit|cache|csrf|required_(?:args|fields|json)|require_(?:json|args|http|fields)",
    re.I,
)


class Route(NamedTuple):
    name: str
    """`POST /orders/<id>/ship`."""
    blueprint: str
    place: str
    changes: bool
    guards: tuple[str, ...]
    """Decorators that ask who is calling."""
    sends: bool
    tells_state: bool
    """It looks up a task by an id as it stands in the URL."""


def compare_with_neighbours(run: Verification) -> str:
    routes = list(_read_routes(run))
    wanted = [route for route in routes if route.sends or route.tells_state]
    if not wanted:
        raise NotApplicable
    guarded = [route for route in wanted if route.guards or _is_guarded_before(run, route)]
    compared = 0
    for route in wanted:
        common = _guards_of_neighbours(route, routes)
        compared += bool(common)
        if common and route not in guarded:
            what = "sends a task" if route.sends else "tells the state of a task by its bare id"
            raise Failed(
                f"{route.name} {what} without @{common[0]}, which the routes beside it in {route.blueprint or 'the application'} have",
                f"Put @{common[0]} below its route decorator, or guard the whole blueprint in before_request.",
                route.place,
            )
    opened = [
        f"{route.name} ({route.place})" for route in wanted if route.tells_state and route not in guarded
    ]
    told = f"; open to whoever knows a task's id: {', '.join(opened)}" if opened else ""
    if not guarded and not compared:
        raise NotApplicable(f"no route beside those that send tasks asks who is calling{told}")
    return f"{len(guarded)} of {len(wanted)} ask who is calling, no less than the routes beside them{told}"


def _guards_of_neighbours(route: Route, routes: list[Route]) -> list[str]:
    """What all of them have; where none of them changes anything, those that read count."""
    others = [
        one
        for one in routes
        if one.blueprint == route.blueprint
        and one.place != route.place
        and not one.sends
        and not one.tells_state
    ]
    beside = [one for one in others if one.changes] or others
    if not beside:
        return []
    return [guard for guard in beside[0].guards if all(guard in one.guards for one in beside)]


def _is_guarded_before(run: Verification, route: Route) -> bool:
    """A function before each request of the application or of a blueprint that may refuse."""
    app = run.application.flask
    names: list[Optional[str]] = [None]
    # `admin.users` is inside `admin`.
    parts = route.blueprint.split(".") if route.blueprint else []
    names += [".".join(parts[: length + 1]) for length in range(len(parts))]
    functions = [function for name in names for function in app.before_request_funcs.get(name, ())]
    return any(_refuses(function) for function in functions)


def _refuses(function: Any) -> bool:
    if _GUARD.search(getattr(function, "__name__", "")):
        return True
    try:
        text = inspect.getsource(function)
    except (OSError, TypeError):
        return False
    return re.search(r"\b40[13]\b|unauthorized|login|current_user", text) is not None


def _read_routes(run: Verification) -> Iterator[Route]:
    app = run.application.flask
    trees: dict[str, Optional[ast.Module]] = {}
    for rule in app.url_map.iter_rules():
        view = app.view_functions.get(rule.endpoint)
        if view is None or rule.endpoint == "static":
            continue
        methods = set(rule.methods or ()) - {"HEAD", "OPTIONS"}
        blueprint = rule.endpoint.rpartition(".")[0]
        for node, outer, path, names in _nodes_of(run, view, methods, trees):
            guards = tuple(
                name for name in [*_decorators(node), *outer, *_asks_inside(node)] if _is_guard(name)
            )
            yield Route(
                f"{','.join(sorted(names))} {rule.rule}",
                blueprint,
                f"{path}:{node.lineno}",
                bool(names & _CHANGING),
                guards,
                any(_called(one) in _SENDING for one in ast.walk(node)),
                any(_looks_up_bare_id(one, node) for one in ast.walk(node)),
            )


def _nodes_of(run: Verification, view: Any, methods: set, trees: dict) -> Iterator[tuple]:
    """The function behind a route, or each method of a class of views, with the decorators that the class gives to all."""
    cls = getattr(view, "view_class", None)
    code = getattr(inspect.unwrap(view), "__code__", None)
    if cls is not None:
        path, tree = _tree_of(run, inspect.getsourcefile(cls) or "", trees)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
                outer = [*_decorators(node), *_class_decorators(node)]
                for method in node.body:
                    if isinstance(method, ast.FunctionDef) and method.name.upper() in methods:
                        yield method, outer, path, {method.name.upper()}
        return
    if code is None:
        return
    path, tree = _tree_of(run, code.co_filename, trees)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == code.co_name:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            if code.co_firstlineno == first:
                yield node, [], path, methods


def _tree_of(run: Verification, filename: str, trees: dict) -> tuple[str, Optional[ast.Module]]:
    path = run.log.relative(filename)
    if path and path not in trees:
        try:
            trees[path] = ast.parse(run.sources.text(path))
        except (SyntaxError, ValueError):
            trees[path] = None
    return path, trees.get(path)


def _decorators(node: Any) -> list[str]:
    return [_dotted(one) for one in node.decorator_list]


def _class_decorators(node: ast.ClassDef) -> list[str]:
    """`decorators = [login_required]` of Flask's views, `method_decorators` of Flask-RESTX."""
    found = []
    for one in node.body:
        if isinstance(one, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id in ("decorators", "method_decorators")
            for target in one.targets
        ):
            found += [_dotted(each) for each in getattr(one.value, "elts", [])]
    return found


def _asks_inside(function: Any) -> Iterator[str]:
    """`verify_jwt_in_request()`, `current_user`, or an answer of 401 or 403 in the body: as good as a decorator."""
    for one in (inner for statement in function.body for inner in ast.walk(statement)):
        if isinstance(one, ast.Call):
            yield _called(one)
        elif isinstance(one, ast.Name) and one.id == "current_user":
            yield "current_user is required"
        elif isinstance(one, ast.Constant) and one.value in (401, 403):
            yield "unauthorized"


def _is_guard(name: str) -> bool:
    return _GUARD.search(name) is not None and _NO_GUARD.search(name) is None


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        return _dotted(node.func)
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _called(node: ast.AST) -> str:
    return _dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def _looks_up_bare_id(node: ast.AST, function: Any) -> bool:
    """`AsyncResult(task_id)` with a parameter of the view: signed handles are opened first."""
    if _called(node) != "AsyncResult" or not isinstance(node, ast.Call):
        return False
    parameters = {one.arg for one in [*function.args.args, *function.args.kwonlyargs]}
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    return any(_bare(one) in parameters for one in given)


def _bare(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and _called(node) == "str" and len(node.args) == 1:
        node = node.args[0]
    return node.id if isinstance(node, ast.Name) else ""
