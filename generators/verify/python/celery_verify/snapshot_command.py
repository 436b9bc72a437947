"""`run.py snapshot <target> [folder]`: one application, started and told as one JSON object, in a process of its own.

web.py asks for one in a file (`--request`), or in a copy of its own process.
"""

import json
import os
import sys
from typing import Any, NoReturn

from . import guards, snapshot, start
from .events import Placing
from .explain import explain


def run(arguments: list[str]) -> None:
    """Ends the process: what the application has started must not keep it."""
    if arguments[0] == "--request":
        with open(arguments[1], encoding="utf-8") as stream:
            answer(json.load(stream))
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What the application prints is not the answer.
    os.dup2(2, 1)
    root = os.path.realpath(arguments[1] if len(arguments) > 1 else ".")
    told = _tell(arguments[0], root, root, "")
    output.write(json.dumps(told) + "\n")
    output.flush()
    os._exit(1 if "error" in told else 0)


def answer(request: dict[str, Any]) -> NoReturn:
    """As the web process starts: off the network, for a limited time, with the files that `flask` or the worker would load."""
    files = request["files"]
    try:
        with open(f"{files}.log", "wb") as printed:
            os.dup2(printed.fileno(), 1)
            os.dup2(printed.fileno(), 2)
        for name, value in request["environment"].items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        denied: list[str] = []
        import flask  # noqa: F401 - importing it is not the application's time

        guards.deny_network((), denied.append)
        guards.end_with_parent()
        guards.end_after(request["seconds"], f"{files}.stack")
        root = request["root"]
        folder = os.path.join(root, request["folder"]) if request["folder"] else root
        told = _tell(request["target"], root, folder, request["installCommand"], request["dotenv"])
        if denied and "error" in told:
            told["denied"] = denied[0]
        with open(f"{files}.part", "w", encoding="utf-8") as stream:
            json.dump(told, stream)
        os.replace(f"{files}.part", f"{files}.json")
    finally:
        os._exit(0)


def _tell(target: str, root: str, folder: str, install: str, dotenv: str = "") -> dict[str, Any]:
    os.chdir(folder)
    sys.path.insert(0, folder)
    if dotenv == "flask":
        from flask.cli import load_dotenv

        load_dotenv()
    elif dotenv == "env":
        from dotenv import load_dotenv as load_file

        load_file(os.path.join(root, ".env"))
    sys.argv = ["flask", "run"]
    try:
        return snapshot.take(start.obtain(target), root)
    except start.NoApplication as error:
        return {"error": str(error)}
    except BaseException as error:  # noqa: B902 - sys.exit() as well
        failed = explain(error, Placing(root), {"installCommand": install})
        return {"error": failed.detail}
