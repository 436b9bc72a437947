from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker

MEMORY = {"broker_url": "memory://", "result_backend": "cache+memory://"}


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def shop(tmp_path: Any) -> Any:
    from shop import create_app

    return create_app(TESTING=True, CELERY=dict(MEMORY))


@pytest.fixture
def run_worker() -> Any:
    @contextlib.contextmanager
    def run(app: Any) -> Iterator[Any]:
        own = app.extensions["celery"]
        own.control.purge()
        own.loader.import_default_modules()
        with start_worker(own, pool="solo", perform_ping_check=False):
            yield own

    return run
