"""Facts of a request that travel with a task."""

from __future__ import annotations

from typing import Any

import pytest
from celery import chain, group
from flask import g, url_for
from sqlalchemy import create_engine
from sqlalchemy.orm import Session


@pytest.fixture
def report(shop: Any) -> Any:
    from shop.celery_request import RequestTask, request_facts

    @shop.extensions["celery"].task(
        base=RequestTask, bind=True, ignore_result=False, name="report", max_retries=1, shared=False
    )
    def report(self: Any, retry: bool = False) -> list[Any]:
        if retry and self.request.retries == 0:
            raise self.retry(countdown=0)
        facts = request_facts()
        return [facts.request_id, facts.user_id, facts.locale, url_for("users.index", _external=True)]

    return shop.extensions["celery"].tasks["report"]


class User:
    def get_id(self) -> str:
        return "42"


@pytest.mark.parametrize("way", ["delay", "retry", "countdown", "chain", "behind", "after_commit", "nested"])
def test_facts_travel_however_the_task_is_sent(shop: Any, run_worker: Any, report: Any, way: str) -> None:
    celery = shop.extensions["celery"]

    @celery.task(name="plain", ignore_result=False, shared=False)
    def plain() -> None:
        pass

    def send() -> Any:
        if way == "countdown":
            return report.apply_async(countdown=0.2)
        if way == "chain":
            return chain(report.si(), report.si()).apply_async()
        if way == "behind":
            return chain(plain.si(), report.si()).apply_async()
        if way == "nested":
            return group(report.s(), report.s()).apply_async().results[1]
        if way == "after_commit":
            from shop.celery_database import delay_after_commit

            session = Session(create_engine("sqlite://"))
            task_id = delay_after_commit(session, report)
            session.commit()
            return report.AsyncResult(task_id)
        return report.delay(retry=way == "retry")

    headers = {"X-Request-ID": "req-1", "Accept-Language": "de"}
    with run_worker(shop):
        with shop.test_request_context(base_url="https://shop.example/", headers=headers):
            g._login_user = User()
            result = send()
        assert result.get(timeout=10) == ["req-1", "42", "de", "https://shop.example/users/"]


def test_handlers_have_the_facts_too(shop: Any, run_worker: Any) -> None:
    from shop.celery_request import RequestTask, request_facts

    seen: list[Any] = []

    class Watched(RequestTask):
        abstract = True

        def on_failure(self, *_: Any) -> None:
            seen.extend([request_facts().request_id, url_for("users.index", _external=True)])

    @shop.extensions["celery"].task(base=Watched, ignore_result=False, name="failing", shared=False)
    def failing() -> None:
        raise ValueError("no")

    with run_worker(shop):
        with shop.test_request_context(base_url="https://shop.example/", headers={"X-Request-ID": "req-2"}):
            result = failing.delay()
        with pytest.raises(ValueError):
            result.get(timeout=10)
    assert seen == ["req-2", "https://shop.example/users/"]


def test_without_a_request_there_are_no_facts(shop: Any, run_worker: Any, report: Any) -> None:
    with run_worker(shop), pytest.raises(RuntimeError, match="not sent from a request"):
        report.delay().get(timeout=10)


def test_a_direct_call_in_a_request_uses_that_request(shop: Any, report: Any) -> None:
    with shop.test_request_context(base_url="https://shop.example/"):
        assert report()[3] == "https://shop.example/users/"
