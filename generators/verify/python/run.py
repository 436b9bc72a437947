"""Runs in the project's own interpreter: `python -B run.py <events file>`, with the request as JSON on standard input.

The application may print what it likes: what was found goes to the events file, one JSON object per line.

`python -B run.py snapshot <target> [folder]` starts one application as start.py says, in `folder` (the current one), and prints
its snapshot as one JSON object. What the application prints goes to standard error.
"""

import contextlib
import importlib
import importlib.util
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


def keep_compiled() -> None:
    """-B is for the application's sake: what is ours is compiled once, and not at every start."""
    own = os.path.join(_here, "celery_verify")
    if os.path.exists(importlib.util.cache_from_source(os.path.join(own, "__init__.py"))):
        return
    with contextlib.suppress(Exception):
        import compileall
        from py_compile import PycInvalidationMode

        compileall.compile_dir(own, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)


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
    keep_compiled()
    # Nothing that the application left running may keep this process, or touch anything, after the last check.
    os._exit(0)


if sys.argv[1:2] == ["snapshot"]:
    sys.path.insert(0, _here)
    from celery_verify import snapshot_command

    sys.path.remove(_here)
    snapshot_command.run(sys.argv[2:])
else:
    main()
