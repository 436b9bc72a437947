"""Imported by the real worker of `live yes`, through `--include`."""

import os
import threading
import time
from typing import Any

from celery import shared_task, signals

from celery_verify import probes

probes.register(shared_task)


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
