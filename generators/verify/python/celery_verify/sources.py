"""What the project's own source says about Celery: tasks, constructors, status routes. Reads, never imports."""

import ast
import os
import re
from collections.abc import Iterator
from typing import NamedTuple, Optional

_ROUTE = re.compile(r"@\w[\w.]*\.(route|get|post|put|delete)\(|add_url_rule|MethodView|Resource")
_CONSTRUCTOR = re.compile(r"\bCelery\s*\(|\bCelery\s+as\b")
_TEST_PARTS = {"tests", "test", "testing", "examples", "docs", "migrations", "alembic", "node_modules"}


class Task(NamedTuple):
    path: str
    line: int
    function: str
    names: tuple[str, ...]
    explicit: bool
    is_async: bool
    tracks: bool
    shared: bool

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


class Sources:
    def __init__(self, root: str, files: list[str], import_roots: list[str]) -> None:
        self.root = root
        self.files = files
        self.import_roots = import_roots
        self.tasks: list[Task] = []
        self.constructors: list[tuple[str, str]] = []
        """`path:line` of each `Celery(...)` call, and the scope that it stands in."""
        self.status_routes: list[str] = []
        self.patches = ""
        """`path:line` where gevent or eventlet replaces what the standard library does; "" where nothing does."""
        self._texts: dict = {}
        for path in files:
            if path.endswith(".py") and not is_test(path):
                self._scan(path)
        self.patches = self.find(
            r"\bpatch_all\(|\bmonkey_patch\(|\bpatch_(?:thread|socket|time)\(|^\s*(?:from|import) gevent\.monkey",
            re.M,
        )

    def text(self, path: str) -> str:
        if path not in self._texts:
            try:
                with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as stream:
                    self._texts[path] = stream.read()
            except OSError:
                self._texts[path] = ""
        return self._texts[path]

    def find(self, pattern: str, flags: int = 0) -> str:
        """`path:line` of the first line of code outside tests that matches; "" when there is none."""
        return next(self.find_all(pattern, flags), "")

    def find_all(self, pattern: str, flags: int = 0, suffix: str = ".py") -> Iterator[str]:
        wanted = re.compile(pattern, flags)
        for path in self.files:
            if not path.endswith(suffix) or is_test(path):
                continue
            text = self.text(path)
            if not wanted.search(text):
                continue
            for number, line in enumerate(text.splitlines(), 1):
                if wanted.search(line) and not line.lstrip().startswith("#"):
                    yield f"{path}:{number}"

    def mentions(self, word: str) -> bool:
        return any(word in self.text(path) for path in self.files)

    def sets(self, variable: str) -> bool:
        """Whether a file that fills the environment names it: `.env`, compose, a unit. Code only asks for it."""
        return any(variable in self.text(path) for path in self.files if not path.endswith(".py"))

    def _scan(self, path: str) -> None:
        text = self.text(path)
        if "elery" not in text and "shared_task" not in text and ".task" not in text:
            return
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            return
        uses_celery = "elery" in text
        if _CONSTRUCTOR.search(text):
            self._scan_constructors(path, tree)
        if "AsyncResult" in text:
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Call)
                    and _last_name(node.func) == "AsyncResult"
                    and _ROUTE.search(text)
                ):
                    self.status_routes.append(f"{path}:{node.lineno}")
        for node in _module_level(tree.body):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for decorator in node.decorator_list:
                    task = self._read_task(path, node, decorator, uses_celery)
                    if task:
                        self.tasks.append(task)
                        break

    def _scan_constructors(self, path: str, tree: ast.Module) -> None:
        imported = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "celery"
            for alias in node.names
            if alias.name == "Celery"
        }

        def visit(node: ast.AST, scope: str) -> None:
            for child in ast.iter_child_nodes(node):
                inner = scope
                if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    inner = f"{scope}.{child.name}"
                if isinstance(child, ast.Call):
                    name = child.func
                    direct = isinstance(name, ast.Name) and name.id in imported
                    dotted = (
                        isinstance(name, ast.Attribute)
                        and name.attr == "Celery"
                        and _last_name(name.value) == "celery"
                    )
                    if direct or dotted:
                        self.constructors.append((f"{path}:{child.lineno}", f"{path}:{inner}"))
                visit(child, inner)

        visit(tree, "")

    def _read_task(self, path: str, node, decorator: ast.expr, uses_celery: bool) -> Optional[Task]:
        call = decorator if isinstance(decorator, ast.Call) else None
        target = call.func if call else decorator
        name = _last_name(target)
        shared = name == "shared_task"
        if not shared and not (name == "task" and isinstance(target, ast.Attribute) and uses_celery):
            return None
        given = {keyword.arg: keyword.value for keyword in (call.keywords if call else [])}
        explicit = given.get("name")
        fixed = (
            explicit.value if isinstance(explicit, ast.Constant) and isinstance(explicit.value, str) else None
        )
        names = (fixed,) if fixed else tuple(f"{module}.{node.name}" for module in self.modules_of(path))
        tracks = any(
            isinstance(part, ast.Attribute) and part.attr == "update_state" for part in ast.walk(node)
        )
        is_async = isinstance(node, ast.AsyncFunctionDef)
        return Task(path, node.lineno, node.name, names, fixed is not None, is_async, tracks, shared)

    def modules_of(self, path: str) -> list[str]:
        """Dotted names that a file can be imported by."""
        names = []
        for root in self.import_roots:
            prefix = f"{root}/" if root else ""
            if path.startswith(prefix):
                inner = path[len(prefix) : -3].replace("/", ".")
                names.append(inner[: -len(".__init__")] if inner.endswith(".__init__") else inner)
        return names


def is_test(path: str) -> bool:
    *folders, name = path.split("/")
    return (
        any(part in _TEST_PARTS for part in folders)
        or name.startswith("test_")
        or name.endswith("_test.py")
        or name in ("conftest.py", "setup.py")
    )


def _module_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run on import, those in `if` and `try` included."""
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try)):
            for part in (node.body, node.orelse, getattr(node, "finalbody", [])):
                yield from _module_level(part)


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
