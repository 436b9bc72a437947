

# Comes to the end of the generated tasks.py.
from typing import Any  # noqa: E402

from celery import shared_task, signals  # noqa: E402

from .database import Entry, engine, open_sessions, session  # noqa: E402
from .watch import name_of, note  # noqa: E402



@shared_task(name="ledger.book")
def book(number: int) -> None:
    """Four of ten leave what they have begun as it is."""
    before = open_sessions()
    note(task=number, before=before, connection=name_of(session.connection()))
    session.add(Entry(number=number))
    kind = number % 10
    if kind == 0:
        session.flush()
        raise ValueError(f"{number} fails in the middle of a transaction")
    if kind == 1:
        return  # not flushed
    if kind == 2:
        session.flush()
        return  # not committed
    if kind == 3:
        session.begin_nested()
        session.flush()
        return  # a savepoint is left open
    session.commit()
    if kind == 4:
        session.get(Entry, number)  # has begun the next transaction


@signals.task_postrun.connect(weak=False)
def look_after(task: Any, args: Any, **_: Any) -> None:
    with task.app.flask_app.app_context():
        note(after=args[0], sessions=open_sessions(), in_use=engine().pool.checkedout())


def look_at_parent(when: str, sender: Any) -> None:
    with sender.app.flask_app.app_context(), engine().connect() as connection:
        note(parent=when, connection=name_of(connection))


signals.worker_init.connect(lambda sender, **_: look_at_parent("start", sender), weak=False)
signals.worker_shutdown.connect(lambda sender, **_: look_at_parent("end", sender), weak=False)
