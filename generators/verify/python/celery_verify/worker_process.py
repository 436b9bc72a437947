"""A real worker: `celery worker` as a process of its own."""

import os
import secrets
import signal
import subprocess
import sys
import time
from typing import Optional

from . import probes, transports
from .events import Failed
from .tasks import Runner
from .verification import Verification

START_SECONDS = 30.0
# As `python -m celery`, and off the network where no broker is asked for.
_COMMAND = """
import os, sys
if "CELERY_VERIFY_FOLDER" in os.environ:
    from celery_verify import guards
    guards.deny_network((), lambda server: None)
from celery.__main__ import main
from celery.signals import celeryd_init
def allow_own_queue(conf, **_):
    # A project that lists every queue of its own does not list ours.
    conf.task_create_missing_queues = True
celeryd_init.connect(allow_own_queue)
sys.argv[0] = "celery"
main()
"""


class WorkerProcess:
    """`celery worker` as a process of its own, on a queue of its own: it takes no message of anybody else.

    On the configured broker when that is asked for, else on files, which need no server.
    """

    def __init__(self, run: Verification) -> None:
        self.application = run.application
        self.request = run.request
        self.live = run.live
        self.helper_path = run.helper_path
        self.name = f"celery-verify-{secrets.token_hex(6)}"
        self.process: Optional[subprocess.Popen] = None

    def start(self) -> Runner:
        app = self.application.celery
        place = self.application.celery_place()
        if self.live:
            self._reach_broker(place)
        else:
            transports.use_files(app, self.request["queueFolder"])
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
        if not self.live:
            env["CELERY_VERIFY_FOLDER"] = self.request["queueFolder"]
        command = [
            *(sys.executable, "-B", "-c", _COMMAND, "-A", self.request["entry"], "worker"),
            *("--pool", "solo", "--loglevel", "WARNING"),
            *("--queues", self.name, "--hostname", f"{self.name}@%h"),
            *("--include", "celery_verify.live_probes"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
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
        app.amqp.queues.create_missing = True
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
            # On files of our own nothing has to be taken back.
            (process.terminate if self.live else process.kill)()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)
        if process is not None and self.live:
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
