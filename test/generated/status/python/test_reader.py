"""What a web process does to read a state."""

import gc
import sys

from celery import Celery
from flask import Flask
from shop.task_status import init_task_status


def test_the_first_look_at_redis_leaves_no_traceback_behind(monkeypatch):
    app = Flask("shop")
    app.secret_key = "only for tests"
    app.extensions["celery"] = Celery(broker="memory://", backend="redis://localhost/0")
    init_task_status(app)
    ignored = []
    # What Python prints as "Exception ignored in …".
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    assert app.extensions["task_status"].backend.url == "redis://localhost/0"
    gc.collect()
    assert [str(item.exc_value) for item in ignored] == []
