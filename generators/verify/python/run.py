"""Runs in the project's own interpreter: `python -B run.py <request.json> <events file>`.

The application may print what it likes: what was found goes to the events file, one JSON object per line.
"""

import json
import os
import sys

# The folder of this script must not be on the path of the application: its modules could hide the application's.
_here = sys.path.pop(0)


def main() -> None:
    request_file, events_file = sys.argv[1:3]
    with open(request_file, encoding="utf-8") as stream:
        request = json.load(stream)
    sys.path.insert(0, _here)
    from celery_verify import checklist, events

    sys.path.remove(_here)
    # What `celery -A` would see: the program's name and the project's folder first.
    sys.argv = ["celery"]
    log = events.Events(events_file, request["root"])
    try:
        checklist.run(request, log, _here)
    except BaseException as error:  # noqa: B902 - a bug of ours must not look like one of the application
        log.crash(error)
    sys.stdout.flush()
    sys.stderr.flush()
    # Nothing that the application left running may keep this process, or touch anything, after the last check.
    os._exit(0)


main()
