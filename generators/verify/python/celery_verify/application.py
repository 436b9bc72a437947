"""Imports the project and finds its Flask and Celery applications, and where they were made."""

import importlib
import os
import sys
import threading
from typing import Any

from . import web
from .events import Events, Failed, NotApplicable
from .explain import explain, say
from .verification import Application, Verification


def watch_constructors(application: Application, log: Events) -> None:
    """Records each Flask and Celery object together with the line of the project that made it."""
    import celery
    import flask

    def record(cls: Any, found: list[tuple[Any, str]]) -> None:
        original = cls.__init__

        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            place = _calling_place(log)
            # Celery makes an application of its own where a project has none; that one is not the project's.
            if place and not any(known is self for known, _ in found):
                found.append((self, place))
            original(self, *args, **kwargs)

        cls.__init__ = init

    record(flask.Flask, application.flasks)
    record(celery.Celery, application.celeries)


def _calling_place(log: Events) -> str:
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename.endswith(os.path.join("celery", "_state.py")):
            return ""
        path = log.relative(frame.f_code.co_filename)
        if path:
            return f"{path}:{frame.f_lineno}"
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def start_flask(run: Verification) -> str:
    """Imports the worker's entry, or calls the factory where there is none; raises Failed with the line that broke."""
    try:
        return _start_flask(run.application, run.request, run.log)
    except Failed as failure:
        if run.denied:
            failure.detail += f" (start-up connects to {run.denied[0]}; the application is kept off the network while it is verified)"
        raise


def _start_flask(application: Application, request: dict[str, Any], log: Events) -> str:
    for root in reversed(request["importRoots"]):
        sys.path.insert(0, os.path.join(request["root"], root) if root else request["root"])
    entry = request["entry"]
    if entry:
        try:
            importlib.import_module(request["entryModule"])
        except BaseException as error:  # noqa: B902 - sys.exit() as well
            started = bool(application.flasks) and log.place(error).startswith(request["entryPath"] + ":")
            if not started:
                raise explain(error, log, request) from error
            application.entry_error = error
    if not application.flasks and request["target"]:
        _call_target(request, log)
    if not application.flasks:
        raise Failed(
            f"importing {entry or 'the application'} makes no Flask application",
            "Let the worker's entry call the application factory.",
            request["entryPath"] and f"{request['entryPath']}:1",
        )
    application.flask = application.flasks[-1][0]
    return f"{len(application.flask.url_map._rules)} routes, made at {application.flasks[-1][1]}"


def _call_target(request: dict[str, Any], log: Events) -> None:
    scope: dict[str, Any] = {}
    try:
        for line in request["target"]["imports"]:
            exec(line, scope)
        value = eval(request["target"]["call"], scope)
    except BaseException as error:  # noqa: B902
        raise explain(error, log, request) from error
    # Nothing else may hold on to it.
    request["target"]["value"] = value


def find_celery(run: Verification) -> str:
    """Finds Celery as `celery -A <entry>` does, and whether the whole application uses that one."""
    import celery
    from celery.app.utils import find_app

    application, request, log = run.application, run.request, run.log
    if application.entry_error is not None:
        error = application.entry_error
        fix = (
            "Call celery_init_app(app) in the factory, before it returns."
            if isinstance(error, KeyError)
            else ""
        )
        raise Failed(f"the worker's entry can't get Celery: {say(error)}", fix, log.place(error))
    found = None
    if request["entry"]:
        try:
            found = find_app(request["entry"])
        except (AttributeError, ImportError) as error:
            found = error
    if found is None or isinstance(found, Exception):
        found = _from_extensions(application) or (
            application.celeries[-1][0] if application.celeries else None
        )
    place = request["entryPath"] and f"{request['entryPath']}:1"
    if found is None:
        raise Failed("no Celery application was made", "Run celery-factory (or celery-direct).", place)
    if not isinstance(found, celery.Celery):
        raise Failed(
            f"`celery -A {request['entry']}` finds a {type(found).__name__}, which is not a Celery application",
            "Give the Celery application the name `celery_app` in the entry, and no Flask application the name `app`.",
            place,
        )
    # `celery.current_app`, which Flask-CeleryExt configures, is a stand-in for the application itself.
    found = _unwrap(found)
    application.celery = found
    matching = [app for app, _ in application.flasks if _unwrap(app.extensions.get("celery")) is found]
    application.flask = (matching or [application.flask])[-1]
    shared = bool(matching)
    known = _from_extensions(application)
    at = application.celery_place()
    if known is not None and known is not found:
        raise Failed(
            'the worker uses another Celery application than app.extensions["celery"]',
            'Let the entry take flask_app.extensions["celery"].',
            place,
        )
    default = _seen_by_threads() is found
    if any(task.shared for task in run.sources.tasks) and not default:
        raise Failed(
            "it is not the default: in the threads of a web server, shared_task() would send to another Celery application, with the default broker",
            "Call celery_app.set_default() after it has been configured.",
            at,
        )
    web.keep_snapshot(run)
    where = f"made at {at}" if at else "made by a library"
    if not shared and known is None:
        return f"{where}; not in app.extensions, which is fine for this pattern"
    return f"{where}, shared through app.extensions"


def count_celery(run: Verification) -> str:
    """Constructors in the source and objects that were made are the same few places."""
    constructors = run.sources.constructors
    places = {scope: place for place, scope in reversed(constructors)}
    for _, place in run.application.celeries:
        if place not in {at for at, _ in constructors}:
            places.setdefault(place, place)
    if len(places) > 1:
        first, second = sorted(places.values())[:2]
        raise Failed(
            f"a second Celery application is made, besides {first}: tasks of one are unknown to the worker of the other",
            "Keep one, and let tasks use @shared_task.",
            second,
        )
    if not places:
        raise NotApplicable
    return f"made at {next(iter(places.values()))}"


def _from_extensions(application: Application) -> Any:
    import celery

    for flask_app, _ in reversed(application.flasks):
        found = flask_app.extensions.get("celery")
        if isinstance(found, celery.Celery):
            return _unwrap(found)
        found = getattr(flask_app.extensions.get("flask-celeryext"), "celery", None)
        if isinstance(found, celery.Celery):
            return _unwrap(found)
    return None


def _seen_by_threads() -> Any:
    from celery import _state

    seen = []
    thread = threading.Thread(target=lambda: seen.append(_state.get_current_app()))
    thread.start()
    thread.join()
    return _unwrap(seen[0])


def _unwrap(found: Any) -> Any:
    return found._get_current_object() if hasattr(found, "_get_current_object") else found
