"""`run.py snapshot <target> [folder]`: one application, started and told as one JSON object, in a process of its own.

`run.py snapshot -` reads a request of web.py from standard input instead.
"""

import json
import os
import sys
from typing import Any

from . import guards, snapshot, start
from .application import explain
from .events import Placing


def run(arguments: list[str]) -> None:
    """Ends the process: what the application has started must not keep it."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What the application prints is not the answer.
    os.dup2(2, 1)
    if arguments[0] == "-":
        told = _answer(json.loads(sys.stdin.read()))
    else:
        root = os.path.realpath(arguments[1] if len(arguments) > 1 else ".")
        told = _tell(arguments[0], root, root, "")
    output.write(json.dumps(told) + "\n")
    output.flush()
    os._exit(1 if "error" in told else 0)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    """As the web process starts: off the network, for a limited time, with `.env` where `flask` would load it."""
    os.environ.update({name: value for name, value in request["environment"].items() if value is not None})
    for name, value in request["environment"].items():
        if value is None:
            os.environ.pop(name, None)
    denied: list[str] = []
    import flask  # noqa: F401 - importing it is not the application's time

    guards.deny_network((), denied.append)
    guards.end_after(request["seconds"], request["stackFile"])
    folder = os.path.join(request["root"], request["folder"]) if request["folder"] else request["root"]
    told = _tell(request["target"], request["root"], folder, request["installCommand"], request["dotenv"])
    return {**told, "denied": denied[0]} if denied and "error" in told else told


def _tell(target: str, root: str, folder: str, install: str, dotenv: bool = False) -> dict[str, Any]:
    os.chdir(folder)
    sys.path.insert(0, folder)
    if dotenv:
        from flask.cli import load_dotenv

        load_dotenv()
    sys.argv = ["flask", "run"]
    try:
        return snapshot.take(start.obtain(target), root)
    except start.NoApplication as error:
        return {"error": str(error)}
    except BaseException as error:  # noqa: B902 - sys.exit() as well
        failed = explain(error, Placing(root), {"installCommand": install})
        return {"error": failed.detail}
