"""What a worker would run with: tasks with their signatures, settings, queues and beat entries, as JSON.

usage: python integration_snapshot.py ENTRY   (as behind `celery -A`; in the folder where the worker is started)
"""

import inspect
import json
import os
import sys


def main(entry: str) -> None:
    sys.path.insert(0, os.getcwd())
    from celery.app.defaults import NAMESPACES, flatten
    from celery.app.utils import find_app

    app = find_app(entry)
    app.loader.import_default_modules()
    app.finalize()
    tasks = {name: described(task) for name, task in app.tasks.items() if not name.startswith("celery.")}
    conf = app.conf
    settings = {name: shown(conf.get(name)) for name in dict(flatten(NAMESPACES))}
    defaults = {name: shown(option.default) for name, option in flatten(NAMESPACES)}
    sys.stdout.write(
        "\n@@"
        + json.dumps(
            {
                "tasks": tasks,
                "settings": settings,
                "defaults": defaults,
                "broker": shown(app.connection_for_write().as_uri()),
                "backend": shown(app.backend.as_uri()) if conf.result_backend else "",
                "queues": sorted(app.amqp.queues),
                "beat": {name: shown(item) for name, item in sorted(dict(conf.beat_schedule or {}).items())},
            }
        )
    )


def described(task: object) -> dict:
    options = ("bind", "acks_late", "rate_limit", "max_retries", "default_retry_delay", "queue", "ignore_result", "time_limit", "soft_time_limit", "serializer", "priority", "expires")
    run = inspect.unwrap(getattr(task, "run"))
    return {
        "signature": str(inspect.signature(run)),
        "context": "app_context" in inspect.getsource(type(task).__call__) or "flask_context" in inspect.getsource(type(task).__call__),
        "module": getattr(task, "__module__", ""),
        "options": {name: shown(getattr(task, name, None)) for name in options},
    }


def shown(value: object) -> str:
    text = repr(value)
    return text if " at 0x" not in text else type(value).__name__


main(sys.argv[1])
