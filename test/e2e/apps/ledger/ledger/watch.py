"""Notes, one JSON object per line of $LEDGER_SEEN, which process uses which connection."""

import json
import os
import uuid
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine


def name_connections() -> None:
    """From now on every connection has a name until it is closed, in whatever process it is used."""

    @event.listens_for(Engine, "connect")
    def name_connection(connection: Any, record: Any) -> None:
        record.info["name"] = f"{os.getpid()}-{uuid.uuid4().hex}"
        if "sqlite" in type(connection).__module__:
            connection.execute("PRAGMA synchronous = OFF")


def name_of(connection: Connection) -> str:
    if connection.dialect.name == "postgresql":
        # What the server says itself: it has a process of its own for each connection.
        return f"backend {connection.exec_driver_sql('select pg_backend_pid()').scalar()}"
    return str(connection.connection.info["name"])


def note(**values: Any) -> None:
    line = json.dumps({"pid": os.getpid(), **values}) + "\n"
    # One write of a short line to a file opened for appending is never torn.
    seen = os.open(os.environ["LEDGER_SEEN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(seen, line.encode())
    os.close(seen)
