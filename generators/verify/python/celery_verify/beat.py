"""`beat-ticks`: the application's own beat, as a process, sends a periodic probe to the worker of this run."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from .events import Failed, NotApplicable
from .verification import Verification

_SECONDS = 20.0
_COMMAND = "from celery_verify import live_beat; live_beat.main()"


def tick(run: Verification) -> str:
    """With the scheduler that is configured, on a schedule, a lock and a file of its own: nothing of the project's is sent."""
    app = run.application.celery
    if not app.conf.beat_schedule:
        raise NotApplicable("there is no periodic task")
    if not run.live:
        raise NotApplicable
    if app.conf.result_backend in (None, "disabled", "disabled://"):
        raise NotApplicable("results are off, so it can't be seen whether beat's task ran")
    elsewhere = _keeps_elsewhere(str(app.conf.beat_scheduler))
    if elsewhere:
        raise NotApplicable(f"no beat was started: {elsewhere} may keep its schedule where others read it")
    task_id = f"{run.runner.queue}-beat"
    with _beat(run, task_id) as process:
        try:
            app.AsyncResult(task_id).get(timeout=_SECONDS, disable_sync_subtasks=False)
        except Exception as error:
            ended = process.poll()
            what = (
                f"beat ended with exit code {ended}"
                if ended is not None
                else f"beat has sent nothing in {_SECONDS:.0f} s ({type(error).__name__})"
            )
            raise Failed(
                f"{what}: {_last_line(_log(run))}",
                "Start beat by hand and look at its log.",
                run.application.celery_place(),
                blocks=False,
            ) from error
    return f"{str(app.conf.beat_scheduler).split(':')[-1].split('.')[-1]} has sent a task, and the worker ran it"


def _keeps_elsewhere(scheduler: str) -> str:
    """The scheduler, unless it is known to keep its schedule in a file, or in Redis under a prefix: ours would be the project's."""
    from kombu.utils.imports import symbol_by_name

    try:
        classes = symbol_by_name(scheduler).__mro__
    except (ImportError, AttributeError):
        # Beat will end with that.
        return ""
    known = any(one.__name__ in ("PersistentScheduler", "RedBeatScheduler") for one in classes)
    return "" if known else scheduler


@contextlib.contextmanager
def _beat(run: Verification, task_id: str) -> Iterator[subprocess.Popen]:
    path = os.pathsep.join(part for part in (run.helper_path, os.environ.get("PYTHONPATH", "")) if part)
    with open(_log(run), "wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-B", "-c", _COMMAND, run.request["entry"], run.runner.queue, task_id, _folder(run)],
            cwd=os.path.join(run.request["root"], run.request["importRoots"][0]),
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        with contextlib.suppress(Exception):
            run.application.celery.AsyncResult(task_id).forget()


def _folder(run: Verification) -> str:
    return os.path.dirname(run.request["workerLog"])


def _log(run: Verification) -> str:
    return os.path.join(_folder(run), "beat.log")


def _last_line(name: str) -> str:
    with open(name, encoding="utf-8", errors="replace") as stream:
        lines = [line.strip() for line in stream if line.strip()]
    return lines[-1] if lines else "it printed nothing"
