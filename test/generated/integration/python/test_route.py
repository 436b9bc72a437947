"""The route that enqueues a task."""

from __future__ import annotations

import time
from typing import Any

import pytest


def test_202_with_location_that_leads_to_the_state(shop: Any, run_worker: Any) -> None:
    client = shop.test_client()
    with run_worker(shop):
        response = client.post("/users/send_welcome", json={"record_id": 7})
        assert response.status_code == 202
        assert response.headers["Retry-After"] == "2"
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            state = client.get(response.headers["Location"])
            if state.get_json()["state"] == "SUCCESS":
                break
            time.sleep(0.05)
        assert state.get_json()["state"] == "SUCCESS"
        assert state.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("body", [{}, {"record_id": "7"}, [], [7], "7"])
def test_400_for_a_wrong_body(shop: Any, body: Any) -> None:
    assert shop.test_client().post("/users/send_welcome", json=body).status_code == 400


@pytest.mark.parametrize("backend", [None, "redis://localhost:1/1", "db+sqlite:////nowhere/at/all.sqlite3"])
@pytest.mark.parametrize("broker", ["redis://localhost:1/0", "amqp://localhost:1//"])
def test_503_within_bounded_time_when_the_broker_is_down(broker: str, backend: Any) -> None:
    from shop import create_app

    app = create_app(CELERY={"broker_url": broker, "result_backend": backend})
    started = time.monotonic()
    response = app.test_client().post("/users/send_welcome", json={"record_id": 7})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    # Celery tries a database three times.
    assert time.monotonic() - started < (25 if str(backend).startswith("db") else 5)


@pytest.mark.parametrize("store", ["redis://localhost:1/1", "db+sqlite:////nowhere/at/all.sqlite3"])
def test_the_state_route_says_503_when_the_store_is_down(store: str) -> None:
    from uuid import uuid4

    from shop import create_app

    app = create_app(CELERY={"broker_url": "memory://", "result_backend": store})
    state = next(rule for rule in app.url_map.iter_rules() if "task_id" in rule.arguments)
    started = time.monotonic()
    response = app.test_client().get(str(state).replace("<uuid:task_id>", str(uuid4())))
    assert (response.status_code, response.headers.get("Retry-After")) == (503, "30"), response.text
    # Celery tries ten times to make the tables of a database.
    assert time.monotonic() - started < 25
