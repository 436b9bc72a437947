"""Which application context a task runs in."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
from celery import Celery, shared_task
from flask import current_app, g, has_app_context
from flask.globals import app_ctx
from flask.signals import appcontext_pushed

seen: list[tuple[str, Any]] = []


@shared_task(bind=True, ignore_result=False)
def look(self: Any) -> str:
    seen.append(("id", self.request.id))
    seen.append(("context", id(app_ctx._get_current_object())))
    seen.append(("g", g.get("mark")))
    return current_app.config["NAME"]


@pytest.fixture(autouse=True)
def forget() -> None:
    seen.clear()


def test_a_second_call_returns_the_same_celery(shop: Any) -> None:
    from shop.celery_app import celery_init_app

    assert celery_init_app(shop) is shop.extensions["celery"]


def test_an_application_can_be_forgotten() -> None:
    import plain
    import shop

    for create_app in (shop.create_app, plain.create_app):
        apps = [weakref.ref(create_app()) for _ in range(3)]
        create_app()  # the last one is Celery's default
        gc.collect()
        assert [app() for app in apps] == [None, None, None]


def test_a_worker_pushes_a_new_context_each_time(shop: Any, run_worker: Any) -> None:
    shop.config["NAME"] = "shop"
    with run_worker(shop), shop.app_context():
        g.mark = "mine"
        assert look.delay().get(timeout=10) == "shop"
        assert look.delay().get(timeout=10) == "shop"
    assert [value for name, value in seen if name == "g"] == [None, None]
    assert all(value for name, value in seen if name == "id")


def test_a_direct_call_reuses_the_context_of_its_app(shop: Any) -> None:
    shop.config["NAME"] = "shop"
    task = shop.extensions["celery"].tasks[look.name]
    with shop.app_context():
        g.mark = "mine"
        assert task() == "shop"
        assert task.apply().get() == "shop"
    assert [value for name, value in seen if name == "g"] == ["mine", "mine"]
    # request.id is there in eager mode: __call__ goes to self.run.
    assert [bool(value) for name, value in seen if name == "id"] == [False, True]


def test_a_direct_call_without_context_gets_one(shop: Any) -> None:
    shop.config["NAME"] = "shop"
    assert shop.extensions["celery"].tasks[look.name]() == "shop"
    assert not has_app_context()


def has_signals() -> bool:
    try:
        appcontext_pushed.connect(lambda _: None)
    except RuntimeError:
        return False
    return True


@pytest.mark.skipif(not has_signals(), reason="Flask 2.2 without blinker has no signals")
def test_two_apps_do_not_mix(run_worker: Any) -> None:
    import plain
    import shop

    memory = {"broker_url": "memory://", "result_backend": "cache+memory://"}
    first = shop.create_app(TESTING=True, NAME="first", CELERY={**memory, "task_default_queue": "first"})
    second = plain.create_app(
        TESTING=True, NAME="second", CELERY_BROKER_URL="memory://", CELERY_TASK_DEFAULT_QUEUE="second"
    )
    assert first.extensions["celery"] is not second.extensions["celery"]
    # A shared task goes to the Celery of the active context, nested contexts included.
    for outer, inner in ((first, second), (second, first)):
        with outer.app_context():
            assert look.app is outer.extensions["celery"]
            assert look() == outer.config["NAME"]
            with inner.app_context():
                assert look.app is inner.extensions["celery"]
                assert look() == inner.config["NAME"]
            assert look.app is outer.extensions["celery"]
            # A task of the other app gets a context of its own app, not the current one.
            assert inner.extensions["celery"].tasks[look.name]() == inner.config["NAME"]
    with run_worker(first), first.app_context():
        assert look.delay().get(timeout=10) == "first"


@pytest.mark.skipif(not has_signals(), reason="Flask 2.2 without blinker has no signals")
def test_an_app_made_within_anothers_context_does_not_take_its_tasks() -> None:
    from celery import current_app
    from shop import create_app

    first = create_app(TESTING=True, CELERY={"broker_url": "memory://"})
    with first.app_context():
        second = create_app(TESTING=True, CELERY={"broker_url": "memory://"})
        assert current_app._get_current_object() is first.extensions["celery"]
        with second.app_context():
            assert current_app._get_current_object() is second.extensions["celery"]
        assert current_app._get_current_object() is first.extensions["celery"]


def test_a_client_of_another_service_takes_no_tasks(shop: Any) -> None:
    # Whoever makes a Celery makes it the current one of this thread.
    remote = Celery("remote", broker="memory://")
    assert look.app is remote
    with shop.app_context():
        assert look.app is shop.extensions["celery"]


def test_handlers_have_a_context(shop: Any, run_worker: Any) -> None:
    from shop.celery_app import FlaskTask

    called: list[str] = []

    class Noisy(FlaskTask):
        abstract = True

        def on_success(self, *args: Any) -> None:
            called.append(f"success {current_app.name}")

        def on_failure(self, *args: Any) -> None:
            called.append(f"failure {current_app.name}")

        def on_retry(self, *args: Any) -> None:
            called.append(f"retry {current_app.name}")

    @shared_task(base=Noisy, bind=True, ignore_result=False, name="noisy", max_retries=1, default_retry_delay=0)
    def noisy(self: Any, how: str) -> None:
        if how == "fail":
            raise ValueError(how)
        if how == "retry" and self.request.retries == 0:
            raise self.retry(countdown=0)

    with run_worker(shop) as celery:
        task = celery.tasks["noisy"]
        task.delay("work").get(timeout=10)
        task.delay("retry").get(timeout=10)
        with pytest.raises(ValueError, match="fail"):
            task.delay("fail").get(timeout=10)
    assert called == ["success shop", "retry shop", "success shop", "failure shop"]


def test_a_default_celery_for_tasks_outside_any_context(shop: Any) -> None:
    assert look.app is shop.extensions["celery"]
