"""Imported by a worker process through `--include`."""

import os
import threading
import time
from typing import Any

from celery import current_app, shared_task, signals

from celery_verify import probes, transports

probes.register(shared_task)
if "CELERY_VERIFY_FOLDER" in os.environ:
    # Before the worker connects.
    transports.use_files(current_app._get_current_object(), os.environ["CELERY_VERIFY_FOLDER"])


def _tell_ready(**_: Any) -> None:
    with open(os.environ["CELERY_VERIFY_READY"], "w", encoding="utf-8") as stream:
        stream.write("ready")


signals.worker_ready.connect(_tell_ready, weak=False)


def _end_with_parent(parent: int) -> None:
    """No worker of ours outlives the verification, however that ended."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
