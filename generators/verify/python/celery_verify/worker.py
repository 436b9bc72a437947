"""Workers: one in this process on the in-memory transport, or a process of its own."""

import contextvars
import sys
import threading
import time
from typing import Any, Optional

from . import probes, transports
from .events import Events, Failed
from .tasks import Runner, register_other_bases
from .verification import Application, Verification
from .worker_process import START_SECONDS, WorkerProcess


def start(run: Verification) -> str:
    """Starts the worker that this run asks for, and leaves what sends tasks to it."""
    patched = "" if run.live else _patched_by()
    if run.live or patched:
        process = WorkerProcess(run)
        run.endings.append(process.stop)
        run.runner = process.start()
        if run.live:
            return "a real worker on the configured broker"
        return (
            f"a worker process on files, since {patched} has replaced what a worker in this process stands on"
        )
    run.runner = InProcess(run.application, run.log).start()
    return "in this process, on the in-memory transport"


def _patched_by() -> str:
    """The library that has replaced `time.sleep`, as gevent and eventlet do; "" where it is Python's own."""
    module = getattr(time.sleep, "__module__", "") or ""
    return "" if module == "time" else module.split(".")[0]


class InProcess:
    """A worker thread with the solo pool. It ends with this process."""

    def __init__(self, application: Application, log: Events) -> None:
        self.application = application
        self.log = log
        self.error: Optional[BaseException] = None

    def start(self) -> Runner:
        from celery.app.trace import setup_worker_optimizations
        from celery.worker import WorkController

        app = self.application.celery
        transports.use_memory(app)
        queue = app.conf.task_default_queue
        runner = Runner(self.application, queue, probes.register(app.task, shared=False))
        runner.other_bases = register_other_bases(self.application)
        turned = threading.Event()
        outer = self

        class Worker(WorkController):
            def on_consumer_ready(self, consumer: Any) -> None:
                turned.set()

            def stop(self, in_sighandler: bool = False, exitcode: Optional[int] = None) -> None:
                # Celery calls this where it handles what went wrong; the exception is still at hand.
                outer.error = sys.exc_info()[1] or outer.error
                turned.set()

        # As `celery worker` does: tasks are looked up in this application, whatever thread they run in.
        setup_worker_optimizations(app)
        options = {"without_heartbeat": True, "without_mingle": True, "without_gossip": True}
        try:
            worker = Worker(
                app=app,
                pool="solo",
                concurrency=1,
                hostname="celery-verify@local",
                loglevel="ERROR",
                ready_callback=None,
                **options,
            )
        except BaseException as error:  # noqa: B902 - a start-up hook may call sys.exit()
            raise self._failed(error) from error
        # A real worker's pool processes inherit what importing the application has left in the context.
        context = contextvars.copy_context()
        threading.Thread(target=lambda: context.run(worker.start), daemon=True).start()
        if not turned.wait(START_SECONDS):
            raise Failed(
                f"the worker is not ready after {START_SECONDS:.0f} s",
                "Look for a start-up signal handler that waits.",
                self.application.celery_place(),
            )
        if self.error is not None:
            raise self._failed(self.error)
        return runner

    def _failed(self, error: BaseException) -> Failed:
        return Failed(
            f"the worker can't start: {type(error).__name__}: {error}",
            "Mend what this line says.",
            self.log.place(error) or self.application.celery_place(),
        )
