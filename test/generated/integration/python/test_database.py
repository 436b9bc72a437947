"""Sessions, forks, and tasks sent after a commit."""

from __future__ import annotations

import os
from typing import Any

import pytest
from celery import shared_task
from celery.signals import worker_process_init
from kombu.exceptions import EncodeError, OperationalError
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker


class Recorder:
    """Stands for a task: notes what would be sent."""

    name = "recorder"
    serializer = "json"

    def __init__(self, fail: Exception | None = None) -> None:
        self.sent: list[Any] = []
        self.fail = fail

    def apply_async(self, args: Any, kwargs: Any, task_id: str) -> None:
        if self.fail:
            raise self.fail
        self.sent.append((*args, *kwargs.values()))


@pytest.fixture(params=["session", "scoped"])
def session(request: pytest.FixtureRequest) -> Any:
    engine = create_engine("sqlite://")
    factory = sessionmaker(engine)
    return factory() if request.param == "session" else scoped_session(factory)


@pytest.fixture
def delay() -> Any:
    from shop.celery_database import delay_after_commit

    return delay_after_commit


def test_sent_on_commit_in_order(session: Any, delay: Any) -> None:
    task = Recorder()
    task_id = delay(session, task, 1)
    delay(session, task, 2, flag=True)
    session.execute(text("select 1"))
    assert task.sent == [] and task_id
    session.commit()
    assert task.sent == [(1,), (2, True)]
    session.execute(text("select 1"))
    session.commit()
    assert len(task.sent) == 2


@pytest.mark.parametrize("end", ["rollback", "close"])
def test_never_sent_after_the_transaction_ended_otherwise(session: Any, delay: Any, end: str) -> None:
    task = Recorder()
    session.execute(text("select 1"))
    delay(session, task, 1)
    getattr(session, end)()
    session.execute(text("select 1"))
    session.commit()
    assert task.sent == []


def test_never_sent_after_a_rollback_of_what_has_not_begun(session: Any, delay: Any) -> None:
    task = Recorder()
    delay(session, task, 1)
    session.rollback()
    session.execute(text("select 1"))
    session.commit()
    assert task.sent == []


def test_a_released_savepoint_does_not_send_yet(session: Any, delay: Any) -> None:
    task = Recorder()
    with session.begin_nested():
        delay(session, task, "inner")
        session.execute(text("select 1"))
    assert task.sent == []
    session.commit()
    assert task.sent == [("inner",)]


def test_a_released_savepoint_then_rollback_sends_nothing(session: Any, delay: Any) -> None:
    task = Recorder()
    with session.begin_nested():
        delay(session, task, "inner")
    session.rollback()
    session.commit()
    assert task.sent == []


def test_a_rolled_back_savepoint_drops_only_its_own(session: Any, delay: Any) -> None:
    task = Recorder()
    session.execute(text("select 1"))
    delay(session, task, "outer")
    savepoint = session.begin_nested()
    with session.begin_nested():
        delay(session, task, "innermost")
    delay(session, task, "inner")
    savepoint.rollback()
    delay(session, task, "after")
    session.commit()
    assert task.sent == [("outer",), ("after",)]


@pytest.mark.parametrize("error", [OperationalError("broker is down"), ValueError("a bad time limit")])
def test_what_can_not_be_sent_is_logged_and_does_not_stop_the_others(
    session: Any, delay: Any, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    good = Recorder()
    task_id = delay(session, Recorder(fail=error), 1)
    delay(session, good, 2)
    session.execute(text("select 1"))
    session.commit()
    assert f"recorder[{task_id}] was not sent" in caplog.text
    assert good.sent == [(2,)]
    session.execute(text("select 1"))


def test_arguments_that_no_message_can_carry_fail_before_the_commit(session: Any, delay: Any) -> None:
    with pytest.raises(EncodeError):
        delay(session, Recorder(), object())


@shared_task(name="count_ones")
def count_ones() -> None:
    from shop import db

    seen.append(db.session.execute(text("select 1")).scalar())
    db.session.commit()


seen: list[Any] = []


def test_an_eager_task_uses_the_session_that_has_committed(delay: Any) -> None:
    from shop import create_app, db

    app = create_app(TESTING=True, CELERY={"broker_url": "memory://", "task_always_eager": True})
    with app.app_context():
        delay(db.session, count_ones)
        delay(db.session, count_ones)
        db.session.execute(text("select 1"))
        db.session.commit()
    assert seen == [1, 1]


def test_a_failed_exit_of_begin_sends_nothing(delay: Any) -> None:
    task = Recorder()
    session = Session(create_engine("sqlite://"))
    with pytest.raises(ValueError, match="no"), session.begin():
        delay(session, task, 1)
        raise ValueError("no")
    session.commit()
    assert task.sent == []


def test_pools_are_replaced_in_a_child_and_only_there(shop: Any) -> None:
    from shop import db

    with shop.app_context():
        # Flask-SQLAlchemy 2 has get_engine() and makes engines when they are first asked for.
        other = db.engines["other"] if hasattr(type(db), "engines") else db.get_engine(bind="other")
        engines = [db.engine, other]
    before = [engine.pool for engine in engines]
    worker_process_init.send(sender=None)
    assert [engine.pool for engine in engines] == before

    child = os.fork()
    if child == 0:
        worker_process_init.send(sender=None)
        replaced = all(engine.pool is not pool for engine, pool in zip(engines, before))
        os._exit(0 if replaced else 1)
    _, status = os.waitpid(child, 0)
    assert status == 0
    assert [engine.pool for engine in engines] == before


def test_pools_of_a_scoped_session_are_replaced_too() -> None:
    from plain import create_app
    from plain.database import db_session

    create_app()
    engine = db_session.session_factory.kw["bind"]
    before = engine.pool
    child = os.fork()
    if child == 0:
        worker_process_init.send(sender=None)
        os._exit(0 if engine.pool is not before else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert engine.pool is before


@shared_task(ignore_result=False, name="use_scoped_session")
def use_scoped_session(fail: bool) -> int:
    from plain.database import db_session

    db_session.execute(text("select 1"))
    if fail:
        raise ValueError("fail")
    return id(db_session())


def test_a_scoped_session_is_removed_after_every_task(run_worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from plain import create_app, database

    removed: list[int] = []
    remove = database.db_session.remove
    monkeypatch.setattr(database.db_session, "remove", lambda: (removed.append(1), remove()))
    app = create_app(TESTING=True, CELERY_BROKER_URL="memory://")
    with run_worker(app) as celery:
        task = celery.tasks["use_scoped_session"]
        task.delay(False).get(timeout=10)
        assert len(removed) == 1
        with pytest.raises(ValueError, match="fail"):
            task.delay(True).get(timeout=10)
        assert len(removed) == 2
    # Eager in a request: the session belongs to the request.
    with app.test_request_context():
        task.apply((False,))
    assert len(removed) == 2


@shared_task(ignore_result=False, name="use_flask_sqlalchemy")
def use_flask_sqlalchemy() -> int:
    from shop import db

    db.session.execute(text("select 1"))
    return len(db.session.registry.registry)


def test_flask_sqlalchemy_sessions_do_not_pile_up(shop: Any, run_worker: Any) -> None:
    with run_worker(shop) as celery:
        task = celery.tasks["use_flask_sqlalchemy"]
        assert [task.delay().get(timeout=10) for _ in range(3)] == [1, 1, 1]
