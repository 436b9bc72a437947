"""The checks in their order, and which of them needs which."""

from typing import Any, Callable, Optional

from . import application as apps
from . import guards, settings, tasks
from .events import Events, Failed
from .sources import Sources


def run(request: dict[str, Any], log: Events, helper_path: str) -> None:
    for module in ("flask", "celery"):
        log.begin(f"import {module}")
        try:
            __import__(module)
        except ImportError as error:
            return log.missing(module, str(error))
    _Checklist(request, log, helper_path).run()


class _Checklist:
    def __init__(self, request: dict[str, Any], log: Events, helper_path: str) -> None:
        self.request = request
        self.log = log
        self.helper_path = helper_path
        self.sources = Sources(request["root"], request["files"], request["importRoots"])
        self.application = apps.Application()
        self.database = self.sources.find(r"=\s*(?:\w+\.)?(SQLAlchemy|scoped_session)\(")

    def run(self) -> None:
        request, log, sources, application = self.request, self.log, self.sources, self.application
        denied: list = []
        guards.deny_network(request["ports"], denied.append)
        apps.watch_constructors(application, log)
        # From here on: importing Flask and Celery is not the application's time.
        guards.end_after(request["seconds"], request["stackFile"])
        self._check("tasks-not-async", lambda: tasks.forbid_async(application, sources))
        started = self._check("flask-starts", lambda: apps.start_flask(application, request, log))
        if denied and not started:
            log.note(denied=denied[0])
        self._check("one-celery-app", lambda: _count_celery(sources, application))
        if not started or not self._check(
            "celery-initialised", lambda: apps.find_celery(application, request, log, sources)
        ):
            return
        if not self._check("settings-lower-case", lambda: settings.read_keys(application, sources)):
            return
        self._check(
            "configuration-shared", lambda: settings.share_configuration(application, sources, request)
        )
        self._check("json-only", lambda: settings.accept_json_only(application, sources))
        self._check("tls-verified", lambda: settings.verify_certificates(application, sources))
        self._check("results-readable", lambda: settings.read_results(application, sources))
        # A task that nobody imports does not keep the others from running; an import that fails does.
        if self._check("tasks-registered", lambda: tasks.import_all(application, sources, log), report=False):
            self._check("tasks-registered", lambda: tasks.compare_names(application, sources))
            self._check("tracked-results", lambda: settings.keep_tracked_results(application, sources))
            self._run_worker()

    def _run_worker(self) -> None:
        # Only now: what the worker needs takes as long to import as the rest of Celery.
        from . import worker

        live = self.request["live"]
        made = (
            worker.Real(self.application, self.request, self.helper_path)
            if live
            else worker.InProcess(self.application, self.log)
        )
        runner: Optional[tasks.Runner] = None

        def start() -> str:
            nonlocal runner
            runner = made.start()
            return (
                "a real worker on the configured broker"
                if live
                else "in this process, on the in-memory transport"
            )

        try:
            if self._check("worker-starts", start) and runner is not None:
                self._run_tasks(runner)
        finally:
            if isinstance(made, worker.Real):
                made.stop()

    def _run_tasks(self, runner: tasks.Runner) -> None:
        log = self.log
        if self.request["live"] and runner.application.celery.conf.result_backend in (
            None,
            "disabled",
            "disabled://",
        ):
            for check in (
                "sample-task",
                "app-context",
                "database-session",
                "failure-reaches-caller",
                "task-retries",
            ):
                log.passed(
                    check,
                    "results are off, so no caller sees one; `live no` runs this check on the in-memory transport",
                )
            return
        # A probe first: where not even that comes back there is nothing to learn from the others.
        if not self._check("sample-task", lambda: tasks.run_probe(runner, log), report=False):
            return
        # An own task that reads Flask's configuration can't run without a context: that is one fault, not two.
        if self._check("app-context", lambda: tasks.look_for_context(runner, log)):
            self._check("sample-task", lambda: tasks.run_sample(runner, log))
            self._check("database-session", lambda: tasks.use_session(runner, log, self.database))
        self._check("failure-reaches-caller", lambda: tasks.reach_caller(runner, log))
        self._check("task-retries", lambda: tasks.retry(runner, log))

    def _check(self, check: str, work: Callable[[], str], report: bool = True) -> bool:
        self.log.begin(check)
        try:
            detail = work()
            if report:
                self.log.passed(check, detail)
        except Failed as failure:
            self.log.fail(check, failure)
        except Exception as error:
            place = self.log.place(error)
            if not place:
                raise
            # The project's own code failed where we did not expect it to be called.
            self.log.fail(
                check, Failed(f"{type(error).__name__}: {error}", "Mend what this line says.", place)
            )
        return check not in self.log.failed


def _count_celery(sources: Sources, application: apps.Application) -> str:
    places = {scope: place for place, scope in reversed(sources.constructors)}
    for _, place in application.celeries:
        if place not in {at for at, _ in sources.constructors}:
            places.setdefault(place, place)
    if len(places) > 1:
        first, second = sorted(places.values())[:2]
        raise Failed(
            f"a second Celery application is made, besides {first}: tasks of one are unknown to the worker of the other",
            "Keep one, and let tasks use @shared_task.",
            second,
        )
    return f"made at {next(iter(places.values()))}" if places else "no second one is made"
