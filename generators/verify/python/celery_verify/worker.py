"""Workers: one in this process on the in-memory transport, or a real one on the configured broker."""

import contextvars
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Optional

from . import guards, probes
from .events import Events, Failed
from .tasks import Runner, register_other_bases
from .verification import Application, Verification

START_SECONDS = 30.0


def start(run: Verification) -> str:
    """Starts the worker that this run asks for, and leaves what sends tasks to it."""
    if run.live:
        real = Real(run.application, run.request, run.helper_path)
        run.endings.append(real.stop)
        run.runner = real.start()
        return "a real worker on the configured broker"
    run.runner = InProcess(run.application, run.log).start()
    return "in this process, on the in-memory transport"


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
        _use_memory(app)
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


def _use_memory(app: Any) -> None:
    """Everything that could reach a server, a file or another queue is set aside; the environment names the transport."""
    app.conf.update(
        broker_url="memory://",
        result_backend="cache+memory://",
        broker_transport_options={"polling_interval": 0.002},
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


class Real:
    """`celery worker` as a process of its own, on a queue of its own: it takes no message of anybody else."""

    def __init__(self, application: Application, request: dict[str, Any], helper_path: str) -> None:
        self.application = application
        self.request = request
        self.helper_path = helper_path
        self.name = f"celery-verify-{secrets.token_hex(6)}"
        self.process: Optional[subprocess.Popen] = None

    def start(self) -> Runner:
        app = self.application.celery
        place = self.application.celery_place()
        # They may come from `.env` or from Flask's configuration, which only the application knows.
        for url in (app.conf.broker_url, app.conf.result_backend):
            guards.allow_server(str(url))
        self._reach_broker(place)
        if not self.request["entry"]:
            raise Failed(
                "there is no module that `celery -A` could load",
                "Run celery-factory, which makes make_celery.py.",
                place,
            )
        env = dict(os.environ)
        env["PYTHONPATH"] = os.pathsep.join(
            part for part in (self.helper_path, env.get("PYTHONPATH", "")) if part
        )
        env["CELERY_VERIFY_READY"] = self.request["readyFile"]
        command = [
            *(sys.executable, "-B", "-m", "celery", "-A", self.request["entry"], "worker"),
            *(
                "--pool",
                "solo",
                "--loglevel",
                "WARNING",
                "--queues",
                self.name,
                "--hostname",
                f"{self.name}@%h",
            ),
            *(
                "--include",
                "celery_verify.live_probes",
                "--without-gossip",
                "--without-mingle",
                "--without-heartbeat",
            ),
        ]
        cwd = os.path.join(self.request["root"], self.request["importRoots"][0])
        output = open(self.request["workerLog"], "wb")
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        made = probes.register(app.task, shared=False)
        runner = Runner(self.application, self.name, made)
        self._await_worker(place)
        return runner

    def _reach_broker(self, place: str) -> None:
        try:
            with self.application.celery.connection_for_write(connect_timeout=4) as connection:
                connection.ensure_connection(max_retries=1, interval_start=0.1, interval_max=0.2, timeout=8)
        except Exception as error:
            raise Failed(
                f"the broker can't be reached: {type(error).__name__}: {error}",
                "Start the broker, or correct CELERY_BROKER_URL.",
                place,
            ) from error

    def _await_worker(self, place: str) -> None:
        """Ready when it says so in a file: not every transport has a control queue, and results may be off."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                code = self.process.returncode if self.process else "?"
                raise Failed(
                    f"the worker ended with exit code {code}: {self._tail()}",
                    "Start it by hand and mend what it says.",
                    place,
                )
            if os.path.exists(self.request["readyFile"]):
                return
            time.sleep(0.02)
        raise Failed(
            f"the worker is not ready after {START_SECONDS:.0f} s: {self._tail()}",
            "Start it by hand and look at its log.",
            place,
        )

    def _tail(self) -> str:
        with open(self.request["workerLog"], encoding="utf-8", errors="replace") as stream:
            lines = [line.strip() for line in stream if line.strip()]
        return lines[-1] if lines else "it printed nothing"

    def stop(self) -> None:
        """Ends the worker and removes its queue, whatever happened."""
        process, self.process = self.process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)
        if process is not None:
            try:
                with self.application.celery.connection_for_write(connect_timeout=2) as connection:
                    queue = self.application.celery.amqp.queues[self.name].bind(connection.default_channel)
                    # Virtual transports forget bindings only of queues that this connection knows.
                    queue.declare()
                    queue.delete()
                    connection.default_channel.exchange_delete(self.name)
            except Exception:
                # It holds nothing, and where the broker has gone there is nothing to remove.
                pass
