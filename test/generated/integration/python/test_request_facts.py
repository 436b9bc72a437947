"""Facts of a request that travel with a task."""

from __future__ import annotations

from typing import Any

import pytest
from flask import g, url_for


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


@pytest.mark.parametrize("retry", [False, True])
def test_facts_are_restored_around_the_task(shop: Any, run_worker: Any, report: Any, retry: bool) -> None:
    from shop.celery_request import send_with_request

    class User:
        def get_id(self) -> str:
            return "42"

    headers = {"X-Request-ID": "req-1", "Accept-Language": "de"}
    with run_worker(shop):
        with shop.test_request_context(base_url="https://shop.example/", headers=headers):
            g._login_user = User()
            result = send_with_request(report, retry=retry)
        assert result.get(timeout=10) == ["req-1", "42", "de", "https://shop.example/users/"]


def test_an_unattached_send_says_what_to_do(shop: Any, run_worker: Any, report: Any) -> None:
    with run_worker(shop), pytest.raises(RuntimeError, match="send_with_request"):
        report.delay().get(timeout=10)


def test_a_direct_call_in_a_request_uses_that_request(shop: Any, report: Any) -> None:
    with shop.test_request_context(base_url="https://shop.example/"):
        assert report()[3] == "https://shop.example/users/"
