"""What names a task or a table from outside of it: the schedule, the routes, Flask-Migrate."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .events import Failed, NotApplicable
from .settings import registered_task
from .verification import Verification

_RESULT_TABLE = "celery_taskmeta"


def check_names(run: Verification) -> str:
    """Every entry of `beat_schedule` and `task_routes` is for a task that a worker knows, and that takes the arguments."""
    celery = run.application.celery
    entries = dict(celery.conf.beat_schedule or {})
    for key, entry in entries.items():
        name = entry.get("task") if isinstance(entry, Mapping) else getattr(entry, "task", None)
        place = run.sources.find(rf"""['"]{re.escape(str(key))}['"]""")
        task = celery.tasks.get(name)
        if task is None:
            raise Failed(
                f"the periodic entry {key!r} is for {name}, and there is no such task{_near(name, celery.tasks)}",
                "Write the task's registered name: its module and function.",
                place,
            )
        problem = _misfit(task, entry) or _unreadable(celery, key, entry)
        if problem:
            raise Failed(
                f"the periodic entry {key!r} for {name} can't be sent: {problem}",
                "Mend the entry's schedule, `args` and `kwargs`.",
                place,
            )
    routed = list(_routed(celery.conf.task_routes))
    for name in routed:
        if name not in celery.tasks:
            raise Failed(
                f"task_routes has a queue for {name}, and there is no such task{_near(name, celery.tasks)}",
                "Write the task's registered name, or take the route out.",
                run.sources.find(rf"""['"]{re.escape(name)}['"]"""),
            )
    if not entries and not routed:
        raise NotApplicable
    return ", ".join(
        f"{len(found)} {what}" for found, what in ((entries, "periodic"), (routed, "routed")) if found
    )


def _near(name: Any, tasks: Any) -> str:
    import difflib

    near = difflib.get_close_matches(str(name), [one for one in tasks if not one.startswith("celery.")], n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _misfit(task: Any, entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return ""
    args, kwargs = entry.get("args") or (), entry.get("kwargs") or {}
    try:
        # What Celery itself calls when a task is sent.
        task.__header__(*args, **kwargs)
    except TypeError as error:
        return str(error)
    return ""


def _unreadable(celery: Any, key: Any, entry: Any) -> str:
    """Beat asks every entry when it is due; one that can't tell ends beat."""
    from celery.beat import ScheduleEntry

    if not isinstance(entry, Mapping):
        return ""
    try:
        ScheduleEntry(**{**entry, "name": str(key), "app": celery}).is_due()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _routed(routes: Any) -> Iterator[str]:
    """The plain names: patterns and functions may be for tasks that come later."""
    for one in routes if isinstance(routes, (list, tuple)) else [routes]:
        if isinstance(one, Mapping):
            yield from (name for name in one if isinstance(name, str) and not re.search(r"[*?\[]", name))


def fit_limits(run: Verification) -> str:
    """Celery sends no task whose soft time limit is above its hard one; each may come from another place."""
    celery = run.application.celery
    limited = 0
    for task in run.sources.tasks:
        found = registered_task(run.application, task)
        if found is None:
            continue
        soft = found.soft_time_limit or celery.conf.task_soft_time_limit
        hard = found.time_limit or celery.conf.task_time_limit
        limited += bool(soft or hard)
        if soft and hard and soft > hard:
            raise Failed(
                f"{task.function} can't be sent: its soft time limit is {soft:g} s, its hard one {hard:g} s",
                "Give it both limits, the soft one below the other.",
                task.place,
            )
    if not limited:
        raise NotApplicable
    return f"{limited} with limits"


def spare_tables(run: Verification) -> str:
    """Alembic drops the tables that no model of the application names, and Celery's are among them."""
    application, sources = run.application, run.sources
    migrate = application.flask.extensions.get("migrate")
    conf = application.celery.conf
    is_stored = "database_short_lived_sessions" in _set_by_project(conf) or sources.mentions("db+")
    if migrate is None or not is_stored:
        raise NotApplicable
    include = getattr(migrate, "configure_args", {}).get("include_name")
    is_hidden = include is not None and not include(_RESULT_TABLE, "table", {"schema_name": None})
    if not is_hidden:
        raise Failed(
            "the next `flask db migrate` would drop celery_taskmeta, where results are kept",
            'Make Migrate(app, db) before Celery, or give it include_name=lambda name, *_: name not in ("celery_taskmeta", "celery_tasksetmeta").',
            sources.find(r"\bMigrate\("),
        )
    unread = next(
        (
            path
            for path in sources.files
            if path.endswith("/env.py") and "configure(" in sources.text(path) and "_args" not in sources.text(path)
        ),
        "",
    )
    if unread:
        raise Failed(
            f"{unread} does not hand Flask-Migrate's configure_args on, so it would drop celery_taskmeta",
            "Add **current_app.extensions['migrate'].configure_args to each context.configure().",
            f"{unread}:1",
        )
    return "celery_taskmeta and celery_tasksetmeta are out of their sight"


def _set_by_project(conf: Any) -> set[str]:
    return {str(key) for one in conf.maps[:-1] for key in one}
