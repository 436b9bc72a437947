"""What a worker logs."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from typing import Any

import pytest
from celery import shared_task
from celery.signals import before_task_publish

ENTRY = """
import logging.config
import os
import time
from local import create_app
from celery import shared_task
from flask import current_app

# As many applications do at their start; so does Alembic when they migrate then.
logging.config.dictConfig({"version": 1})
flask_app = create_app(CELERY={"broker_url": "%s"}, NAME="local")
flask_app.logger.warning("touched before the worker configures logging")

@shared_task(name="fail")
def fail(password, how):
    current_app.logger.warning("working on it")
    raise (ConnectionError("refused") if how else ValueError("bad"))

@shared_task(name="give")
def give():
    return "hunter2"

@shared_task(name="die")
def die():
    os._exit(3)

@shared_task(name="slow", soft_time_limit=1, time_limit=9)
def slow():
    time.sleep(20)

celery_app = flask_app.extensions["celery"]
"""
OUTCOMES = ["(connection trouble;", "(bug;", "(time limit;", "succeeded in", "lost:", "unregistered task"]


@pytest.fixture(scope="module")
def log(tmp_path_factory: Any) -> str:
    folder = tmp_path_factory.mktemp("logging")
    broker = f"sqla+sqlite:///{folder}/broker.sqlite3"
    (folder / "entry.py").write_text(ENTRY % broker)
    environment = {**os.environ, "PYTHONPATH": f"{folder}:{os.environ.get('PYTHONPATH', '')}"}
    command = [sys.executable, "-m", "celery", "-A", "entry", "worker", "-l", "INFO", "-c", "1"]
    with open(folder / "log", "w") as stream:
        worker = subprocess.Popen(command, cwd=folder, env=environment, stdout=stream, stderr=stream)
    send = textwrap.dedent(
        """
        import entry
        with entry.flask_app.test_request_context(headers={"X-Request-ID": "req-7"}):
            entry.fail.delay("hunter2", 0)
            entry.fail.delay("hunter2", how=1)
        with entry.flask_app.test_request_context(headers={"X-Request-ID": "forged line"}):
            entry.fail.delay("hunter2", 0)
        entry.celery_app.send_task("fail", ["hunter2", 0])
        for name in ("give", "slow", "die"):
            entry.celery_app.send_task(name, task_id="the-" + name)
        entry.celery_app.send_task("nobody", ["hunter2"])
        """
    )
    subprocess.run([sys.executable, "-c", send], cwd=folder, env=environment, check=True)
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        text = (folder / "log").read_text()
        if text.count("(bug;") == 3 and all(outcome in text for outcome in OUTCOMES):
            break
        time.sleep(0.2)
    worker.terminate()
    worker.wait(20)
    return (folder / "log").read_text()


def test_what_an_application_logs_as_extra_is_its_own() -> None:
    from local import create_app
    from local.celery_logging import add_ids

    app = create_app(DEBUG=True)
    record = app.logger.makeRecord("local", 20, __file__, 1, "x", (), None, extra={"request_id": "own"})
    assert add_ids(record)
    assert (record.request_id, record.task_id) == ("own", "-")


def lines(log: str, part: str) -> list[str]:
    return [line for line in log.splitlines() if part in line]


def test_records_carry_task_and_request_id(log: str) -> None:
    working = lines(log, "working on it")
    assert len(working) == 4, log
    assert sum("[request req-7]" in line for line in working) == 2
    assert all("[task -]" not in line and "[task " in line for line in working)
    assert "forged" not in log
    assert lines(log, " ready.")[0].count("[task -] [request -]") == 1


def test_a_failure_is_logged_once_with_masked_arguments(log: str) -> None:
    failures = lines(log, "Task fail[")
    failures = [line for line in failures if "called with" in line]
    assert len(failures) == 4, log
    assert "hunter2" not in log
    assert "called with (<str>, 0)" in log


def test_connection_trouble_is_told_from_a_bug(log: str) -> None:
    assert len(lines(log, "connection trouble")) == 1
    assert len(lines(log, "(bug;")) == 3
    assert len(lines(log, "(time limit;")) == 1


def test_what_a_task_returns_and_a_message_holds_stays_out_of_the_log(log: str) -> None:
    assert lines(log, "Task give[the-give] succeeded in ")
    assert lines(log, "Received unregistered task of type 'nobody'")
    assert "hunter2" not in log


def test_a_lost_task_is_named(log: str) -> None:
    assert any("[task the-die]" in line and "die[the-die] lost:" in line for line in log.splitlines()), log


@shared_task(name="relay")
def relay(again: bool) -> None:
    if again:
        relay.delay(False)


def test_the_request_id_travels_beside_own_headers_and_on(shop: Any, run_worker: Any) -> None:
    sent: list[tuple[Any, Any]] = []

    def look(headers: dict[str, Any], **_: Any) -> None:
        sent.append((headers.get("tenant"), headers.get("request_id")))

    before_task_publish.connect(look, sender="relay")
    with run_worker(shop), shop.test_request_context(headers={"X-Request-ID": "req-7"}):
        relay.apply_async((False,), headers={"request_id": "own"})
        relay.apply_async((True,), headers={"tenant": "a"})
        deadline = time.monotonic() + 20
        while len(sent) < 3 and time.monotonic() < deadline:
            time.sleep(0.1)
    assert sent == [(None, "own"), ("a", "req-7"), (None, "req-7")]


def refused(how: str) -> None:
    if how == "redis":
        import redis

        redis.Redis(port=1).ping()
    elif how == "rabbitmq":
        from kombu import Connection

        Connection("amqp://localhost:1//").connect()
    elif how == "database":
        import sqlalchemy

        sqlalchemy.create_engine("postgresql+psycopg2://localhost:1/x").connect()
    elif how == "socket":
        import socket

        socket.create_connection(("localhost", 1), timeout=1)
    elif how == "library":
        import urllib.request

        urllib.request.urlopen("http://localhost:1/")


@pytest.mark.parametrize("how", ["redis", "rabbitmq", "database", "socket", "library"])
def test_real_outages_are_told_from_bugs(how: str) -> None:
    from local.celery_logging import is_outage

    with pytest.raises(Exception) as caught:
        refused(how)
    assert is_outage(caught.value)
    assert not is_outage(ValueError("no"))
    assert not is_outage(None)
