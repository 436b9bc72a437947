"""report_progress in a real (in-process) worker, and where it must do nothing."""

import time

import pytest
from celery import Celery
from celery.app.task import Task
from celery.contrib.testing.worker import start_worker
from celery.exceptions import Ignore
from shop.task_status import progress
from shop.task_status.progress import TaskCancelled, report_progress, request_cancel

celery = Celery("progress", broker="memory://", backend="cache+memory://")
stored = []


@celery.task(ignore_result=False)
def report(steps, pause=0.0):
    for current, total in steps:
        report_progress(current, total, f"at {current}")
        time.sleep(pause)
    return "done"


@celery.task(ignore_result=True)
def ignored():
    report_progress(1, 2)


@celery.task(ignore_result=False)
def stubborn():
    report_progress(0, 2)
    time.sleep(0.6)
    try:
        report_progress(1, 2)
    except TaskCancelled:
        pass
    return "finished all the same"


@pytest.fixture(autouse=True)
def record(monkeypatch):
    stored.clear()
    real = Task.update_state

    def update_state(self, task_id=None, state=None, meta=None, **kwargs):
        stored.append((meta["current"], meta["total"]))
        return real(self, task_id=task_id, state=state, meta=meta, **kwargs)

    monkeypatch.setattr(Task, "update_state", update_state)


@pytest.fixture(scope="module", autouse=True)
def worker():
    celery.control.purge()
    with start_worker(celery, pool="solo", perform_ping_check=False):
        yield


def run(*steps, pause=0.0):
    assert report.delay(steps, pause).get(timeout=10) == "done"
    return stored


def test_many_reports_are_few_writes_and_the_last_is_among_them():
    assert run(*[(step, 1000) for step in range(1, 1001)]) == [(1, 1000), (1000, 1000)]


def test_reports_are_spaced_in_time():
    assert 2 <= len(run(*[(step, 100) for step in range(10)], pause=0.1)) <= 3


def test_never_back_and_never_beyond(monkeypatch):
    monkeypatch.setattr(progress, "INTERVAL", 0)
    assert run((5, 10), (3, 10), (12, 10), (-4, 10)) == [(5, 10), (5, 10), (10, 10), (10, 10)]


def test_an_unknown_end(monkeypatch):
    monkeypatch.setattr(progress, "INTERVAL", 0)
    assert run((5, 0), (7, 0), (8, -1)) == [(5, 0), (7, 0), (8, 0)]


def test_nothing_outside_a_worker():
    report_progress(1, 2)
    assert report([(1, 2)]) == "done"
    assert report.apply(args=[[(1, 2)]]).get() == "done"
    assert stored == []


def test_nothing_where_the_result_is_ignored():
    ignored.delay()
    report.apply_async(([(1, 2)],), ignore_result=True)
    assert report.delay([]).get(timeout=10) == "done"
    assert stored == []


def test_a_cancelled_task_is_revoked_and_its_state_says_so():
    result = report.delay([(step, 100) for step in range(100)], 0.05)
    while result.state != "PROGRESS":
        time.sleep(0.02)
    request_cancel(celery.backend, result.id)
    deadline = time.monotonic() + 3
    while result.state != "REVOKED" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert result.state == "REVOKED"
    assert issubclass(TaskCancelled, Ignore)


def test_a_task_that_goes_on_although_cancelled_tells_the_truth():
    result = stubborn.delay()
    while result.state != "PROGRESS":
        time.sleep(0.02)
    request_cancel(celery.backend, result.id)
    deadline = time.monotonic() + 3
    while result.state != "SUCCESS" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert result.result == "finished all the same"


def test_a_lost_backend_does_not_stop_the_work(monkeypatch):
    calls = []

    def fail(backend, task_id):
        calls.append(task_id)
        raise ConnectionError("redis://:secret@host went away")

    monkeypatch.setattr(progress, "cancel_requested", fail)
    assert run(*[(step, 0) for step in range(20)], pause=0.05) == []
    assert len(calls) == 1, "it did not pause"
