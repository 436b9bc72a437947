"""Periodic tasks, without a server: what beat gets, when it sends, and what is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from celery.schedules import crontab

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def celery() -> Iterator[Any]:
    from nightly import create_app

    yield create_app().extensions["celery"]


def test_beat_gets_what_stands_beside_the_tasks_and_what_was_configured(celery: Any) -> None:
    celery.loader.import_default_modules()
    assert set(celery.conf.beat_schedule) == {"nightly.tasks.clean_up", "own", "old"}
    entry = celery.conf.beat_schedule["nightly.tasks.clean_up"]
    assert entry["schedule"] == crontab(minute="30", hour="3")
    assert entry["options"] == {"expires": 86400}
    assert celery.conf.timezone == "Europe/Berlin"
    assert celery.timezone.key == "Europe/Berlin"


def test_another_timezone_in_the_configuration_is_an_error() -> None:
    from celery.exceptions import ImproperlyConfigured
    from nightly import create_app

    with pytest.raises(ImproperlyConfigured, match="timezone is Asia/Tokyo, and nightly.celery_schedule has Europe/Berlin"):
        create_app(timezone="Asia/Tokyo")


def runs(celery: Any, schedule: crontab, start: datetime, days: int) -> list[datetime]:
    """What a beat that looks every 20 seconds sends, in local time."""
    now = start.astimezone(timezone.utc)
    schedule.app, schedule.nowfun = celery, lambda: now.astimezone(celery.timezone)
    last, sent = now.astimezone(celery.timezone), []
    while now < start.astimezone(timezone.utc) + timedelta(days=days):
        if schedule.is_due(last).is_due:
            last = now.astimezone(celery.timezone)
            sent.append(now.astimezone(BERLIN))
        now += timedelta(seconds=20)
    return sent


@pytest.mark.parametrize("change", [datetime(2026, 3, 27, tzinfo=BERLIN), datetime(2026, 10, 23, tzinfo=BERLIN)])
def test_daily_runs_come_once_a_day_through_a_change_of_daylight_saving_time(celery: Any, change: datetime) -> None:
    sent = runs(celery, crontab(minute="30", hour="3"), change, 5)
    assert [(one.day - change.day, one.hour, one.minute) for one in sent] == [(day, 3, 30) for day in range(5)]


@pytest.mark.parametrize("change", [datetime(2026, 3, 27, tzinfo=BERLIN), datetime(2026, 10, 23, tzinfo=BERLIN)])
def test_an_hour_that_is_left_out_or_comes_twice_is_one_run(celery: Any, change: datetime) -> None:
    sent = runs(celery, crontab(minute="30", hour="2"), change, 5)
    assert [one.day - change.day for one in sent] == list(range(5)), sent


def test_hourly_runs_follow_the_clock(celery: Any) -> None:
    sent = runs(celery, crontab(minute="0"), datetime(2026, 10, 24, 20, 30, tzinfo=BERLIN), 1)
    elapsed = {later - earlier for earlier, later in zip(sent, sent[1:])}
    assert elapsed <= {timedelta(hours=1), timedelta(hours=2)}, sent


def test_a_late_run_is_told(celery: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    from celery.beat import Scheduler as CelerysOwn
    from nightly.celery_schedule import Scheduler

    monkeypatch.setattr(CelerysOwn, "apply_async", lambda *_, **__: None)
    scheduler = Scheduler(celery, lazy=True)
    every_hour = {"task": "x", "schedule": timedelta(hours=1)}
    for hours, late in ((1, False), (5, True)):
        entry = scheduler._maybe_entry("cleaning", dict(every_hour))
        entry.last_run_at = celery.now() - timedelta(hours=hours, seconds=5)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            scheduler.apply_async(entry)
        assert any("cleaning is 4:00:" in line for line in caplog.messages) is late
