"""Makes workers on the in-memory transport answer and end at once: `python -m pytest -p quick_worker`.

A worker that finds its queue empty sleeps for a second, and looks every two seconds whether it should end. Nothing else of
it changes.
"""

from __future__ import annotations

from kombu.transport.virtual.base import Transport

drain_events = Transport.drain_events


def drain_briefly(self: Transport, connection: object, timeout: float | None = None) -> None:
    drain_events(self, connection, timeout=0.1)


Transport.polling_interval = 0.02
Transport.drain_events = drain_briefly
