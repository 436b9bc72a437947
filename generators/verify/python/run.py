"""Runs in the project's own interpreter: `python -B run.py <events file>`, with the request as JSON on standard input.

The application may print what it likes: what was found goes to the events file, one JSON object per line.

`python -B run.py snapshot <target> [folder]` starts one application as start.py says, in `folder` (the current one), and prints
its snapshot as one JSON object. What the application prints goes to standard error.
"""

import contextlib
import importlib
import json
import os
import sys

if sys.version_info < (3, 9):
    # Said here, before an older Python stumbles over what it does not know.
    sys.exit("It is Python %d.%d, which is too old." % tuple(sys.version_info[:2]))

# The folder of this script must not be on the path of the application: its modules could hide the application's.
_here = sys.path.pop(0)

# What Celery and its worker would import on the way.
_LIBRARIES = (
    "flask",
    "celery.app.amqp",
    "celery.app.control",
    "celery.app.events",
    "celery.backends.cache",
    "celery.concurrency.solo",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer",
    "kombu.transport.memory",
)


def preload() -> None:
    """Imports what every run needs, while the project is still being read. What fails here fails again where it is told."""
    with contextlib.suppress(Exception):
        from celery_verify import checklist, worker  # noqa: F401

        for name in _LIBRARIES:
            importlib.import_module(name)


def main() -> None:
    sys.path.insert(0, _here)
    preload()
    text = sys.stdin.read()
    if not text:
        # Nobody wants to know any more.
        return
    from celery_verify import checklist, events

    sys.path.remove(_here)
    request = json.loads(text)
    for name, value in request["environment"].items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    os.chdir(os.path.join(request["root"], request["importRoots"][0]))
    # What the application would see in a worker.
    events_file, sys.argv = sys.argv[1], ["celery", "-A", request["entry"], "worker"]
    log = events.Events(events_file, request["root"])
    try:
        checklist.run(request, log, _here)
    except BaseException as error:  # noqa: B902 - a bug of ours must not look like one of the application
        log.crash(error)
    sys.stdout.flush()
    sys.stderr.flush()
    # Nothing that the application left running may keep this process, or touch anything, after the last check.
    os._exit(0)


def tell_snapshot(target: str, folder: str) -> None:
    """One JSON object on standard output: the snapshot, or `{"error": …}` and exit code 1."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.path.insert(0, _here)
    from celery_verify import snapshot, start

    sys.path.remove(_here)
    root = os.path.realpath(folder)
    os.chdir(root)
    sys.path.insert(0, root)
    try:
        found = snapshot.take(start.obtain(target), root)
        code = 0
    except BaseException as error:  # noqa: B902 - sys.exit() as well
        found, code = {"error": f"{type(error).__name__}: {error}"}, 1
    output.write(json.dumps(found) + "\n")
    output.flush()
    os._exit(code)


if sys.argv[1:2] == ["snapshot"]:
    tell_snapshot(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ".")
else:
    main()
