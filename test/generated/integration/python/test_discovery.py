"""Which task modules a worker imports."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any

import pytest


def test_blueprint_tasks_are_found_without_a_list(shop: Any) -> None:
    celery = shop.extensions["celery"]
    celery.loader.import_default_modules()
    assert {"shop.tasks.example_task", "shop.users.tasks.send_welcome"} <= set(celery.tasks)


def test_single_module_blueprints_have_tasks_beside_them() -> None:
    from plain import create_app
    from plain.celery_app import task_modules

    assert task_modules(create_app()) == ["plain.tasks", "plain.orders_tasks"]


def test_a_blueprint_registered_after_celery_is_found(shop: Any) -> None:
    from flask import Blueprint
    from shop.celery_app import task_modules

    late = Blueprint("late", "plain.orders")
    import plain.orders  # noqa: F401

    shop.register_blueprint(late)
    assert "plain.orders_tasks" in task_modules(shop)


def test_tasks_of_another_queue_are_left_alone(shop: Any, tmp_path: Any, monkeypatch: Any) -> None:
    from flask import Blueprint
    from shop.celery_app import task_modules

    package = tmp_path / "mail"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "tasks.py").write_text("import rq\n\nraise RuntimeError('made the application again')\n")
    monkeypatch.syspath_prepend(tmp_path)
    import mail  # noqa: F401

    shop.register_blueprint(Blueprint("mail", "mail"))
    assert "mail.tasks" not in task_modules(shop)
    (package / "tasks.py").write_text("from celery import shared_task\n")
    assert "mail.tasks" in task_modules(shop)


@pytest.mark.parametrize("broken", ["import does_not_exist", "from flask import nothing", "1 / 0"])
def test_a_module_that_fails_to_import_stops_the_worker(tmp_path: Any, broken: str) -> None:
    package = tmp_path / "feature"
    package.mkdir()
    (package / "__init__.py").write_text("from flask import Blueprint\n\nbp = Blueprint('f', __name__)\n")
    (package / "tasks.py").write_text(f"from celery import shared_task\n{broken}\n")
    (tmp_path / "entry.py").write_text(
        textwrap.dedent(
            """
            from shop import create_app
            from feature import bp
            flask_app = create_app(TESTING=True, CELERY={"broker_url": "memory://"})
            flask_app.register_blueprint(bp)
            celery_app = flask_app.extensions["celery"]
            """
        )
    )
    command = [sys.executable, "-m", "celery", "-A", "entry", "worker", "--pool", "solo"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode != 0
    assert broken.split()[-1] in done.stderr or "ZeroDivisionError" in done.stderr
