"""Celery's result tables in a database that Flask-Migrate looks after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from sqlalchemy import inspect


@pytest.mark.parametrize("own", [None, lambda name, type_, _: not (type_ == "table" and name == "theirs")])
def test_a_migration_leaves_celerys_tables_alone(tmp_path: Path, own: Any) -> None:
    from stock import create_app, db

    app = create_app(
        DEBUG=True,
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/app.sqlite3",
        MIGRATE={"include_name": own} if own else {},
    )
    folder = str(tmp_path / "migrations")
    with app.app_context():
        backend = app.extensions["celery"].backend
        backend.store_result("some-task", 1, "SUCCESS")
        db.session.execute(db.text("CREATE TABLE theirs (id INTEGER)"))
        db.session.commit()
        assert {"celery_taskmeta", "theirs"} <= set(inspect(db.engine).get_table_names())
        flask_migrate.init(folder)
        flask_migrate.migrate(folder)
        (written,) = Path(folder, "versions").glob("*.py")
        flask_migrate.upgrade(folder)
        assert backend.get_task_meta("some-task")["status"] == "SUCCESS"
    text = written.read_text()
    assert "create_table('item'" in text
    assert "celery_task" not in text
    assert ("theirs" in text) is (own is None)
