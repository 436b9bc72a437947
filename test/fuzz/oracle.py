"""Starts applications in copies of one warm process and tells what each of them is, one JSON object a line in each direction.

A question: {"names", "starts": [{"root", "folders", "module", "expression"}], "environment"}. The answer has what differs between
the last two, and an error for each that did not start. Without an expression the application is found as `flask run` finds it.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import os
import re
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

SECONDS = 10
SECRET = re.compile(r"SECRET|PASSWORD|TOKEN|KEY", re.I)
ADDRESS = re.compile(r"0x[0-9a-f]+")


def describe(value: Any, key: str, root: str) -> Any:
    if isinstance(value, dict):
        return {str(name): describe(inner, str(name), root) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [describe(inner, key, root) for inner in value]
    text = ADDRESS.sub("0x", repr(value)).replace(root, "<root>")
    return hashlib.sha256(text.encode()).hexdigest()[:16] if SECRET.search(key) else text


def snapshot(app: Any, root: str) -> dict[str, Any]:
    return {
        "import_name": app.import_name,
        "class": type(app).__name__,
        "config": describe(dict(app.config), "", root),
        "routes": sorted(f"{rule} {sorted(rule.methods)} {rule.endpoint}" for rule in app.url_map.iter_rules()),
        "blueprints": {name: blueprint.import_name for name, blueprint in app.blueprints.items()},
        "extensions": sorted(map(str, app.extensions)),
        "error_handlers": sorted(str(code) for codes in app.error_handler_spec.values() for code in codes),
        "wsgi_app": type(app.wsgi_app).__name__,
    }


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
    return snapshot(app, root)


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


def compare(web: dict[str, Any], worker: dict[str, Any]) -> list[str]:
    found = []
    for part in web:
        one, other = web[part], worker.get(part)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
            found += [f"{part}[{key!r}]: web {one.get(key)}, worker {other.get(key)}" for key in keys]
        elif isinstance(one, list) and isinstance(other, list):
            found += [f"{part}: only web {item}" for item in one if item not in other]
            found += [f"{part}: only worker {item}" for item in other if item not in one]
        else:
            found.append(f"{part}: web {one}, worker {other}")
    return found


def answer(question: dict[str, Any]) -> dict[str, Any]:
    os.environ.update(question.get("environment", {}))
    told = [isolated(wanted) for wanted in question["starts"]]
    problems = [f"{name}: {one['error']}" for name, one in zip(question["names"], told) if "error" in one]
    if not problems:
        web, worker = told[-2:]
        problems = compare(web, worker)
    return {"problems": problems, "errors": [one.get("error", "") for one in told], "started": told[0]}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line)), default=repr), flush=True)


if __name__ == "__main__":
    main()
