"""Time limits of single tasks beside the ones that all tasks have."""

from __future__ import annotations

from typing import Any

import pytest
from celery import shared_task


@pytest.mark.parametrize(
    ("limits", "hard", "soft"),
    [
        ({}, 300, 240),
        ({"time_limit": 60}, 60, 48),
        ({"time_limit": 3600}, 3600, 2880),
        ({"soft_time_limit": 600}, 750, 600),
        ({"time_limit": 90, "soft_time_limit": 30}, 90, 30),
    ],
)
def test_a_task_with_one_limit_can_be_sent(shop: Any, limits: dict[str, int], hard: int, soft: int) -> None:
    @shared_task(name=f"limited {limits}", **limits)
    def task() -> None:
        pass

    assert (task.time_limit, task.soft_time_limit) == (hard, soft)
    task.delay()
