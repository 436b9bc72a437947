"""Tasks that only celery-verify runs. Each gives back what it saw, so that they work in this process and in a real worker."""

import sys
from typing import Any, Callable

PREFIX = "celery_verify"
_state: dict[str, Any] = {}


def echo(value: str) -> str:
    return value


def look_for_context() -> dict[str, Any]:
    """Whether an application context is there, whose it is, and whether another task has left something in it."""
    import flask

    if not flask.has_app_context():
        return {"has": False}
    used = getattr(flask.g, "celery_verify", False)
    flask.g.celery_verify = True
    return {
        "has": True,
        "app": flask.current_app.import_name,
        "config": "SECRET_KEY" in flask.current_app.config,
        "fresh": not used,
    }


def use_session() -> dict[str, Any]:
    """Runs a statement in each session of the application, on a database of our own: neither file nor network is needed."""
    sessions = find_sessions()
    _state["closed"] = {}
    if not sessions:
        return {"sessions": []}
    import sqlalchemy

    seen = []
    for name, session in sessions:
        engine = sqlalchemy.create_engine("sqlite://")
        real = session()
        _watch(real, name)
        # A session may choose among its own engines with a get_bind() that takes none from outside, as Flask-SQLAlchemy 2's does.
        real.get_bind = lambda *_, **__: engine
        value = session.execute(sqlalchemy.text("SELECT 41 + 1")).scalar()
        seen.append({"name": name, "value": value})
    return {"sessions": seen}


def _watch(session: Any, name: str) -> None:
    closed = _state["closed"]
    closed[name] = False
    close = session.close

    def note_close(*args: Any, **kwargs: Any) -> Any:
        closed[name] = True
        return close(*args, **kwargs)

    session.close = note_close


def look_at_sessions() -> dict[str, bool]:
    """Which of the sessions that use_session() opened have been closed since."""
    return dict(_state.get("closed", {}))


def fail() -> None:
    raise ValueError("celery-verify asked for this failure")


def try_again(task: Any) -> int:
    if task.request.retries == 0:
        raise task.retry(exc=ValueError("celery-verify asked for this retry"), countdown=0, max_retries=1)
    return int(task.request.retries)


def find_sessions() -> list[tuple[str, Any]]:
    """Flask-SQLAlchemy's session and every scoped_session at module level of an imported module that is not a library's."""
    scoped = sys.modules.get("sqlalchemy.orm")
    if scoped is None:
        return []
    found: dict[int, tuple[str, Any]] = {}
    import flask

    if flask.has_app_context():
        extension = flask.current_app.extensions.get("sqlalchemy")
        extension = getattr(extension, "db", extension)
        if hasattr(extension, "session"):
            found[id(extension.session)] = ("db.session", extension.session)
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None) or "site-packages"
        if "site-packages" in path or "dist-packages" in path:
            continue
        for name, value in list(vars(module).items()):
            if isinstance(value, scoped.scoped_session) and id(value) not in found:
                found[id(value)] = (f"{module.__name__}.{name}", value)
    return list(found.values())


def register(decorate: Callable[..., Any], **more: Any) -> dict[str, Any]:
    """Registers the probes through `app.task` or `shared_task` and returns them by name."""
    options = {"ignore_result": False, "serializer": "json", "acks_late": False, **more}
    made = {}
    for function in (echo, look_for_context, use_session, look_at_sessions, fail):
        made[function.__name__] = decorate(name=f"{PREFIX}.{function.__name__}", **options)(function)
    made["try_again"] = decorate(name=f"{PREFIX}.try_again", bind=True, **options)(try_again)
    return made
