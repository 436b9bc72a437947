"""Transports that need no server: in this process's memory, or files in a folder of our own."""

import os
from typing import Any


def use_memory(app: Any) -> None:
    """For a worker in this process."""
    _use(app, "memory://", "cache+memory://", {"polling_interval": 0.002})


def use_files(app: Any, folder: str) -> None:
    """For a worker in another process, which calls this with the same folder."""
    queue, control = os.path.join(folder, "queue"), os.path.join(folder, "control")
    results = os.path.join(folder, "results")
    for one in (queue, control, results):
        os.makedirs(one, exist_ok=True)
    options = {
        "data_folder_in": queue,
        "data_folder_out": queue,
        "control_folder": control,
        "polling_interval": 0.02,
    }
    _use(app, "filesystem://", f"file://{results}", options)


def _use(app: Any, broker: str, results: str, options: dict[str, Any]) -> None:
    """Everything that could reach a server, another file or another queue is set aside."""
    # Celery's own variables win over every configuration.
    os.environ.update(CELERY_BROKER_URL=broker, CELERY_RESULT_BACKEND=results)
    app.conf.update(
        broker_url=broker,
        result_backend=results,
        broker_transport_options=options,
        broker_use_ssl=None,
        broker_read_url=None,
        broker_write_url=None,
        task_always_eager=False,
        task_queues=None,
        task_default_queue_type="classic",
        task_default_exchange_type="direct",
        worker_detect_quorum_queues=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_state_db=None,
        worker_disable_rate_limits=True,
    )
    app.backend_cls = None
    if hasattr(app, "_local"):
        app._local.__dict__.pop("backend", None)
    app._backend_cache = None
