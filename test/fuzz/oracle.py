"""Starts applications in copies of one warm process and tells what each of them is, one JSON object a line in each direction.

A question: {"names", "starts": [{"root", "folders", "module", "expression"}], "environment"}. The answer has what differs between
the last two, and an error for each that did not start. Without an expression the application is found as `flask run` finds it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
import traceback
from typing import Any

import celery  # noqa: F401 - warm
import celery.app.amqp  # noqa: F401
import celery.app.defaults  # noqa: F401
import celery.loaders.app  # noqa: F401
import celery.signals  # noqa: F401
import flask
import flask.cli
import kombu.transport.redis  # noqa: F401
import werkzeug.middleware.proxy_fix  # noqa: F401
import werkzeug.serving

with contextlib.suppress(ImportError):
    import flask_sqlalchemy  # noqa: F401

# What celery-verify compares itself.
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "generators", "verify", "python"))
from celery_verify import snapshot  # noqa: E402

sys.path.pop(0)

SECONDS = 10


def refuse_to_serve(*_: object, **__: object) -> None:
    raise RuntimeError("serves on import")


flask.Flask.run = werkzeug.serving.run_simple = refuse_to_serve


def start(wanted: dict[str, Any]) -> dict[str, Any]:
    root = wanted["root"]
    folders = [os.path.join(root, folder) if folder else root for folder in wanted["folders"]]
    os.chdir(folders[0])
    sys.path[:0] = folders
    sys.dont_write_bytecode = True
    sys.argv = ["flask", "run"]
    module = importlib.import_module(wanted["module"])
    if wanted["expression"]:
        app = eval(wanted["expression"], vars(module))  # noqa: S307 - a project of our own making
    else:
        app = flask.cli.find_best_app(module)
    if isinstance(app, celery.Celery):
        # As the worker does: every module with tasks is imported.
        app.loader.import_default_modules()
        app = app.flask_app
    while not isinstance(app, flask.Flask):
        app = app[0] if isinstance(app, tuple) else app.app
    return snapshot.take(app, root)


def isolated(wanted: dict[str, Any]) -> dict[str, Any]:
    """In a copy of this process, whose imports end with it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(SECONDS)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        try:
            told = start(wanted)
        except BaseException as error:  # noqa: BLE001 - sys.exit() as well
            where = traceback.extract_tb(error.__traceback__)[-1]
            told = {"error": f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"}
        with os.fdopen(writer, "w") as stream:
            json.dump(told, stream, default=repr)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        text = stream.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {"error": f"nothing within {SECONDS} s"}


def answer(question: dict[str, Any]) -> dict[str, Any]:
    os.environ.update(question.get("environment", {}))
    told = [isolated(wanted) for wanted in question["starts"]]
    problems = [f"{name}: {one['error']}" for name, one in zip(question["names"], told) if "error" in one]
    if not problems:
        web, worker = told[-2:]
        differences = snapshot.compare(web, worker)
        problems = [f"{what} {name}: web {one!r}, worker {other!r}" for what, name, one, other in differences]
    return {"problems": problems, "errors": [one.get("error", "") for one in told], "started": told[0]}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line)), default=repr), flush=True)


if __name__ == "__main__":
    main()
