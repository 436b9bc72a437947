"""The process of `beat-ticks`."""

import contextlib
import os
import sys
import threading
import time


def main() -> None:
    entry, queue, task_id, folder = sys.argv[1:]
    sys.argv = ["celery", "-A", entry, "beat"]
    sys.path.insert(0, os.getcwd())
    _end_with_parent()
    from celery.app.utils import find_app

    app = find_app(entry)
    app.loader.import_default_modules()
    app.finalize()
    options = {"queue": queue, "task_id": task_id, "expires": 60}
    probe = {"task": "celery_verify.echo", "schedule": 1.0, "args": ["beat"], "options": options}
    app.conf.update(
        beat_schedule={"celery-verify": probe},
        beat_cron_starting_deadline=None,
        redbeat_key_prefix=f"{queue}:",
        redbeat_lock_key=f"{queue}:lock",
    )
    try:
        app.Beat(loglevel="WARNING", schedule=os.path.join(folder, "celerybeat"), quiet=True).run()
    finally:
        _forget(app, queue)


def _forget(app, queue: str) -> None:
    """What RedBeat has kept under a prefix of our own."""
    with contextlib.suppress(Exception):
        from redbeat.schedulers import get_redis

        client = get_redis(app)
        for key in client.scan_iter(f"{queue}:*"):
            client.delete(key)


def _end_with_parent() -> None:
    """No beat of ours outlives the verification, however that ended."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
