"""An independent judge of edited application factories.

Reads one JSON object a line, answers one a line. It shares nothing with the product: CPython's own parser, a path-by-path
data flow of its own (flow.py), and the programs really run under stub modules (stage.py).

    {"path", "before", "after", "factory", "arguments"}  (before and after: base64; after may be null)
    -> {"provable", "reason", "problems", "notes", "runs", "initialised"}
"""

from __future__ import annotations

import ast
import base64
import json
import sys
import traceback
import warnings

import flow
import stage

INIT = "celery_init_app"


def judge(case: dict) -> dict:
    before = base64.b64decode(case["before"])
    answer: dict = {"provable": False, "reason": "", "problems": [], "notes": [], "runs": 0, "initialised": 0}
    try:
        tree = ast.parse(before)
        compile(before, case["path"], "exec")
    except (SyntaxError, ValueError) as error:
        answer["reason"] = f"the program itself does not compile: {error}"
        return answer
    answer["provable"], answer["reason"] = flow.prove(tree, case["factory"])
    if case.get("after") is None:
        return answer
    after = base64.b64decode(case["after"])
    try:
        edited = ast.parse(after)
        compile(after, case["path"], "exec")
    except (SyntaxError, ValueError) as error:
        answer["problems"].append(f"does not compile after the edit: {error}")
        return answer
    answer["problems"] += compare_trees(tree, edited)
    answer["problems"] += flow.check_inits(edited, case["factory"], INIT)
    run = stage.compare(before, after, case["path"], case["factory"], case.get("arguments", ""))
    answer["problems"] = [*answer["problems"], *run["problems"]][:8]
    answer["notes"] = run["notes"][:3]
    answer["runs"], answer["initialised"] = run["runs"], run["initialised"]
    return answer


def compare_trees(before: ast.AST, after: ast.AST) -> list[str]:
    """Whether `after` is `before` with nothing but our statements added."""
    problems: list[str] = []
    match_nodes(before, after, problems)
    return problems


def match_nodes(old: object, new: object, problems: list[str]) -> None:
    if isinstance(old, list) and isinstance(new, list):
        new = [item for item in new if not is_ours(item)] if any(isinstance(item, ast.stmt) for item in new) else new
        old = [item for item in old if not is_ours(item)]
        if len(old) != len(new):
            problems.append(f"{len(new) - len(old):+d} statements that are not ours near line {first_line(new or old)}")
            return
        for left, right in zip(old, new):
            match_nodes(left, right, problems)
    elif isinstance(old, ast.AST) and isinstance(new, ast.AST):
        if type(old) is not type(new):
            problems.append(f"{type(old).__name__} became {type(new).__name__} at line {first_line([new])}")
            return
        for name in old._fields:
            match_nodes(getattr(old, name, None), getattr(new, name, None), problems)
    elif old != new:
        problems.append(f"{old!r} became {new!r}")


def is_ours(node: object) -> bool:
    if isinstance(node, ast.ImportFrom):
        return [alias.name for alias in node.names] == [INIT]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
        return node.value.func.id == INIT
    return False


def first_line(nodes: list) -> object:
    return next((node.lineno for node in nodes if hasattr(node, "lineno")), "?")


def main() -> None:
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        case = json.loads(line)
        try:
            answer = judge(case)
        except Exception:  # the judge's own bug must show, and must not end the stream
            crash = "judge crashed: " + traceback.format_exc()
            answer = {"provable": False, "reason": "", "problems": [crash], "notes": [], "runs": 0, "initialised": 0}
        answer["id"] = case.get("id")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
