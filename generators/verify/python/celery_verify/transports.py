"""Transports that need no server: in this process's memory, or files in a folder of our own."""

import os
import time
import uuid
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
    _write_whole_files()
    _use(app, "filesystem://", f"file://{results}", options)


def _write_whole_files() -> None:
    """kombu and Celery fill a file where its reader looks for it already, and half a message is lost: these appear complete."""
    from celery.backends.filesystem import FilesystemBackend
    from kombu.transport.filesystem import Channel
    from kombu.utils.json import dumps

    def put(channel: Any, queue: str, payload: Any, **_: Any) -> None:
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(os.path.join(channel.data_folder_out, name), dumps(payload).encode())

    def store(backend: Any, key: Any, value: Any) -> None:
        _write_whole(os.fsdecode(backend._filename(key)), value if isinstance(value, bytes) else value.encode())

    Channel._put = put
    FilesystemBackend.set = store


def _write_whole(path: str, data: bytes) -> None:
    with open(f"{path}.part", "wb") as stream:
        stream.write(data)
    os.replace(f"{path}.part", path)


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
