"""Tasks: every expected one is registered, and a worker runs the probes."""

import inspect
import re
from typing import Any

from . import probes
from .events import Events, Failed, NotApplicable
from .settings import registered_task
from .verification import Application, Verification

# A probe that takes longer does not answer at all: it does nothing, and the longest way is files between two processes of a busy machine.
ANSWER_SECONDS = 20.0
_SAMPLE = "celery-verify"
_CONTEXT = "Run the task inside `with app.app_context()` in the task class's __call__, and give that class to Celery as task_cls."
_RETURN = "Let the task class return what self.run(*args, **kwargs) returns."


def forbid_async(run: Verification) -> str:
    found = run.sources.tasks
    for task in found:
        if task.is_async:
            raise Failed(
                f"{task.function} is an `async def` task: Celery would get a coroutine, which is never awaited",
                "Make it a plain function, with asyncio.run(...) inside where it is needed.",
                task.place,
            )
    if not found:
        raise NotApplicable
    return "all are plain functions"


def find_tasks(run: Verification) -> str:
    """Imports what the worker imports when it starts. Then every task that the source holds is known to it."""
    app, sources = run.application.celery, run.sources
    try:
        app.loader.import_default_modules()
        app.finalize()
    except Exception as error:
        named = (
            sources.find(rf"""['"]{re.escape(error.name)}['"]""")
            if isinstance(error, ImportError) and error.name
            else ""
        )
        raise Failed(
            f"the worker can't import the tasks: {type(error).__name__}: {error}",
            "Mend that module, or its name in `include` or `imports`.",
            run.log.place(error) or named or run.application.celery_place(),
        ) from error
    return _compare_names(run)


def _compare_names(run: Verification) -> str:
    app = run.application.celery
    missing = [task for task in run.sources.tasks if registered_task(run.application, task) is None]
    if missing:
        first = missing[0]
        taken = next((name for name in first.names if name in app.tasks), None)
        # A task that nobody imports does not keep the others from running.
        if taken:
            raise Failed(
                f"the task name {taken} is used twice: only one of them is registered",
                "Give one of them another name.",
                first.place,
                blocks=False,
            )
        others = (
            f" (and {len(missing) - 1} more: {', '.join(task.place for task in missing[1:4])})"
            if len(missing) > 1
            else ""
        )
        raise Failed(
            f"the task {first.function} is not registered: the worker does not import {first.names[0].rpartition('.')[0] or first.path}{others}",
            "Name its package in autodiscover_tasks(), or import the module in the factory.",
            first.place,
            blocks=False,
        )
    own = sorted(
        name for name in app.tasks if not name.startswith("celery.") and not name.startswith(probes.PREFIX)
    )
    if not own:
        raise NotApplicable
    return f"{len(own)}: {', '.join(own[:6])}{', …' if len(own) > 6 else ''}"


# What a RequestTask of a generated celery_request.py takes along; request_facts() needs it.
REQUEST_FACTS = {
    "flask_request": {"request_id": None, "user_id": None, "locale": None, "base_url": "http://localhost/"}
}


class Runner:
    """Sends probes to a worker and waits for their results."""

    def __init__(self, application: Application, queue: str, made: dict[str, Any]) -> None:
        self.application = application
        self.queue = queue
        self.made = made
        self.other_bases: list[tuple[str, Any, Any]] = []

    def send(self, task: Any, *args: Any) -> Any:
        return task.apply_async(args=args, queue=self.queue, expires=60, headers=REQUEST_FACTS)

    def ask(self, task: Any, *args: Any) -> Any:
        result = self.send(task, *args)
        value = wait_for(result)
        result.forget()
        return value

    def call_place(self, log: Events) -> str:
        """Where the project says how a task is called."""
        return (
            place_of(getattr(type(self.made["echo"]), "__call__", None), log)
            or self.application.celery_place()
        )


def wait_for(result: Any) -> Any:
    # The solo worker in this process makes Celery believe that a task is asking.
    return result.get(timeout=ANSWER_SECONDS, interval=0.002, disable_sync_subtasks=False)


def place_of(function: Any, log: Events) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None) if function else None
    path = log.relative(code.co_filename) if code else ""
    return f"{path}:{code.co_firstlineno}" if path else ""


def run_sample(run: Verification) -> str:
    """The task that celery-factory makes, `example_task(arg)`, after a probe: where that does not come back, nothing does."""
    runner = _runner_of(run)
    _run_probe(runner, run.log)
    found = runner.application.celery.tasks
    name = next((one for one in sorted(found) if one.split(".")[-1] == "example_task"), None)
    if name is None or not _takes_one(found[name]):
        return "a probe of our own gave its argument back"
    try:
        return _run_own(name, found[name], runner, run.log)
    except Failed:
        # An own task that reads Flask's configuration can't run without a context: that is one fault, not two.
        try:
            look_for_context(run)
        except Failed as failure:
            raise Failed(failure.detail, cause="app-context") from failure
        raise


def _runner_of(run: Verification) -> "Runner":
    """Where there are no results, no check of a task can tell what came of it."""
    runner: Runner = run.runner
    if run.live and runner.application.celery.conf.result_backend in (None, "disabled", "disabled://"):
        raise NotApplicable
    return runner


def _run_probe(runner: "Runner", log: Events) -> None:
    try:
        value = runner.ask(runner.made["echo"], _SAMPLE)
    except Exception as error:
        raise Failed(
            _no_answer(error, "a task"), "Start a worker by hand and look at its log.", runner.call_place(log)
        ) from error
    if value != _SAMPLE:
        raise Failed(f"a task that gives its argument back gave {value!r}", _RETURN, runner.call_place(log))


def _run_own(name: str, task: Any, runner: "Runner", log: Events) -> str:
    try:
        result = task.apply_async(args=(_SAMPLE,), queue=runner.queue, ignore_result=False, expires=60)
        value = wait_for(result)
    except Exception as error:
        raise Failed(
            _no_answer(error, name), "Mend the task; it must run with one string.", place_of(task.run, log)
        ) from error
    if _SAMPLE not in str(value):
        raise Failed(
            f"{name} gave {value!r} instead of its argument",
            "Let it return its argument.",
            place_of(task.run, log),
        )
    return f"{name} gave its argument back"


def _takes_one(task: Any) -> bool:
    try:
        inspect.signature(task.run).bind("one")
    except (TypeError, ValueError):
        return False
    return True


def _no_answer(error: BaseException, name: str) -> str:
    if type(error).__name__ == "TimeoutError":
        return f"{name} gave no answer in {ANSWER_SECONDS:.0f} s"
    return f"{name} failed: {type(error).__name__}: {error}"


def look_for_context(run: Verification) -> str:
    """https://flask.palletsprojects.com/patterns/celery/: each task runs in an application context of its own."""
    runner, log = _runner_of(run), run.log
    _check_context(runner, runner.made["look_for_context"], runner.call_place(log))
    for name, task, probe in runner.other_bases:
        _check_context(runner, probe, place_of(task.run, log), f"{name} and others with its base class run")
    return "a fresh one for each task, of the same application"


def _check_context(runner: Runner, task: Any, place: str, who: str = "tasks run") -> None:
    fix = _CONTEXT
    first, second = (_ask_context(runner, task, place) for _ in range(2))
    if not first["has"]:
        raise Failed(
            f"{who} without an application context: current_app and the database fail there", fix, place
        )
    if first["app"] != runner.application.flask.import_name:
        raise Failed(f"the context belongs to another application ({first['app']})", fix, place)
    if not second["fresh"]:
        raise Failed(
            f"{who} in one shared context: what one leaves in `g`, and its database session, the next one finds",
            fix,
            place,
        )


def _ask_context(runner: Runner, task: Any, place: str) -> Any:
    try:
        return runner.ask(task)
    except Exception as error:
        raise Failed(_no_answer(error, "the context probe"), _CONTEXT, place) from error


def register_other_bases(application: Application) -> list[tuple[str, Any, Any]]:
    """A context probe for each task class (`base=...`) that is called in its own way, with the name of a task that has it.

    Before the worker starts: it takes no note of tasks that are registered later.
    """
    app = application.celery
    seen = {app.Task.__call__}
    found = []
    for name, task in sorted(app.tasks.items()):
        call = type(task).__call__
        if name.startswith(("celery.", probes.PREFIX)) or call in seen:
            continue
        seen.add(call)
        options = {
            "base": type(task).__mro__[1],
            "ignore_result": False,
            "serializer": "json",
            "shared": False,
        }
        probe = app.task(name=f"{probes.PREFIX}.context_{len(seen)}", **options)(probes.look_for_context)
        found.append((name, task, probe))
    return found


def use_session(run: Verification) -> str:
    runner, log = _runner_of(run), run.log
    database = run.sources.find(r"=\s*(?:\w+\.)?(SQLAlchemy|scoped_session)\(")
    try:
        seen = runner.ask(runner.made["use_session"])["sessions"]
        if not seen:
            raise NotApplicable
        closed = runner.ask(runner.made["look_at_sessions"])
    except NotApplicable:
        raise
    except Exception as error:
        raise Failed(
            _no_answer(error, "the session probe"),
            "Make the session inside an application context.",
            database or runner.call_place(log),
        ) from error
    open_ones = [name for name, done in closed.items() if not done]
    if open_ones:
        raise Failed(
            f"{', '.join(open_ones)} is still open when the task has ended: the next task in that process gets its stale objects and its transaction",
            "Call session.remove() in a function decorated with @app.teardown_appcontext.",
            database,
        )
    return f"{', '.join(one['name'] for one in seen)} works in a task and is removed after it"


def reach_caller(run: Verification) -> str:
    runner, log = _runner_of(run), run.log
    result = runner.send(runner.made["fail"])
    fix = "Let exceptions of self.run(...) leave the task class's __call__, and handlers like on_failure never raise."
    try:
        value = wait_for(result)
    except ValueError as error:
        if "asked for this failure" in str(error):
            return "a failing task raises its own exception at the caller"
        raise Failed(f"the caller got another exception: {error}", fix, runner.call_place(log)) from error
    except Exception as error:
        detail = _no_answer(error, "a failing task")
        raise Failed(
            f"the caller does not get the task's exception: {detail}", fix, runner.call_place(log)
        ) from error
    raise Failed(
        f"a failing task looks like a success to its caller (result {value!r})", fix, runner.call_place(log)
    )


def retry(run: Verification) -> str:
    runner, log = _runner_of(run), run.log
    fix = "Call self.run(*args, **kwargs) in the task class's __call__, in the same thread, and let celery.exceptions.Retry leave it."
    try:
        count = runner.ask(runner.made["try_again"])
    except Exception as error:
        raise Failed(
            f"a task that asks for a retry is not run again: {_no_answer(error, 'it')}",
            fix,
            runner.call_place(log),
        ) from error
    if count != 1:
        raise Failed(f"a task that asks for a retry gave {count!r}", fix, runner.call_place(log))
    return "a task that asks for a retry is run again"
