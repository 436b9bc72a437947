"""Judges merged imports with Python's own parser: one JSON object {before, after, wanted} a line in, its complaint or "" out."""

from __future__ import annotations

import ast
import json
import sys


def names(tree: ast.Module) -> set[tuple[str, ...]]:
    found = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {(alias.name, alias.asname or "") for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found |= {(module, alias.name, alias.asname or "") for alias in node.names}
    return found


def others(tree: ast.Module) -> list[str]:
    return [ast.dump(node) for node in tree.body if not isinstance(node, (ast.Import, ast.ImportFrom))]


def complain(before: str, after: str, wanted: str) -> str:
    try:
        old, new, added = ast.parse(before), ast.parse(after), ast.parse(wanted)
    except SyntaxError as error:
        return f"{error}"
    if names(new) != names(old) | names(added):
        return f"the names are {sorted(names(new) ^ (names(old) | names(added)))} off"
    return "" if others(new) == others(old) else "another statement has changed"


for line in sys.stdin:
    print(json.dumps(complain(**json.loads(line))))
