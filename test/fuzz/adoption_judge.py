"""What workers would run with, before and after celery-adopt: one JSON object a line, for each project of a line of stdin.

Celery and Flask are imported once; each project is looked at in a process of its own.
"""

import importlib
import inspect
import json
import os
import sys
import traceback
from pathlib import Path

import celery.app.amqp
import celery.app.control
import celery.app.utils
import celery.backends.redis
import celery.contrib.abortable
import celery.schedules
import flask
import kombu.transport.redis
from celery.app.defaults import NAMESPACES, flatten

OPTIONS = (
    "acks_late rate_limit max_retries default_retry_delay queue ignore_result time_limit soft_time_limit serializer"
    " priority expires abstract"
).split()


def look(root: str, entry: str) -> dict:
    os.chdir(root)
    sys.path.insert(0, root)
    os.environ["FLASK_DEBUG"] = "1"
    app = celery.app.utils.find_app(entry)
    app.loader.import_default_modules()
    app.finalize()
    conf = app.conf
    tasks = {name: describe(task) for name, task in app.tasks.items() if not name.startswith("celery.")}
    broken = {}
    for path in sorted(Path(root).rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        try:
            importlib.import_module(name)
        except BaseException as error:
            broken[name] = repr(error)
    return {
        "tasks": tasks,
        "settings": {
            **{name: shown(conf.get(name)) for name in dict(flatten(NAMESPACES))},
            "beat_schedule": shown({name: full(entry) for name, entry in dict(conf.beat_schedule or {}).items()}),
            # Ours has its example beside the project's own.
            "include": shown(tuple(name for name in conf.include or () if not hasattr(sys.modules[name], "example_task"))),
        },
        "defaults": {name: shown(option.default) for name, option in flatten(NAMESPACES)},
        "broker": app.connection_for_write().as_uri(),
        "backend": app.backend.as_uri() if conf.result_backend else "",
        "queues": sorted(app.amqp.queues),
        "beat": {name: shown(full(entry)) for name, entry in sorted(dict(conf.beat_schedule or {}).items())},
        "broken": broken,
        "run": {name: outcome(app, name) for name in sorted(tasks) if "example_task" not in name},
    }


def full(entry: dict) -> dict:
    """What is left out of an entry is empty."""
    parts = {"args": (), "kwargs": {}, "options": {}, **entry}
    return {name: tuple(parts[name]) if name == "args" else parts[name] for name in sorted(parts)}


def outcome(app: celery.Celery, name: str) -> str:
    """What the task gives when it runs in a worker's way; the tasks tell whether they had a context."""
    task = app.tasks[name]
    from celery.app.trace import build_tracer

    tracer = build_tracer(name, task, app=app, eager=False, propagate=True)
    request = {"id": "1", "task": name, "is_eager": False, "args": [2], "kwargs": {}, "delivery_info": {}, "ignore_result": True}
    return shown(tracer("1", [2], {}, request)[0])


def describe(task: celery.Task) -> dict:
    run = inspect.unwrap(task.run)
    return {"signature": str(inspect.signature(run)), **{name: shown(getattr(task, name, None)) for name in OPTIONS}}


def shown(value: object) -> str:
    text = repr(value)
    return type(value).__name__ if " at 0x" in text else text


def in_child(root: str, entry: str) -> dict:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        sys.stdout = sys.stderr = open(os.devnull, "w")
        try:
            seen = look(root, entry)
        except BaseException:
            seen = {"error": " | ".join(traceback.format_exc().strip().splitlines()[-12:])}
        with os.fdopen(writing, "w") as stream:
            json.dump(seen, stream)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    os.waitpid(child, 0)
    return json.loads(text or '{"error": "the process died"}')


for line in sys.stdin:
    print(json.dumps(in_child(*json.loads(line))), flush=True)
