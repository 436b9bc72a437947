"""Keeps the application off the network, and ends it with a stack when it hangs."""

import errno
import faulthandler
import signal
import socket
import sys
from collections.abc import Iterable
from typing import Any, Callable

_allowed: set[int] = set()


def deny_network(ports: Iterable[int], seen: Callable[[str], None], live: bool = False) -> None:
    """Refuses every connection from Python code except to `ports`, as if nothing listened there.

    `live` also lets through what the configured broker and result store open themselves: only they know where a Sentinel's
    master is, or an SQS queue. Code in C, such as a database driver of its own, can't be watched in this way.
    """
    _allowed.update(ports)

    def hook(event: str, args: Any) -> None:
        if not event.startswith("socket.") or (live and _is_transport()):
            return
        if event in ("socket.connect", "socket.sendto"):
            address = args[1]
            if isinstance(address, tuple) and len(address) > 1 and address[1] in _allowed:
                return
            seen(_name(address))
            raise ConnectionRefusedError(
                errno.ECONNREFUSED, f"celery-verify keeps the application off the network ({_name(address)})"
            )
        if event == "socket.getaddrinfo":
            host, port = args[0], args[1]
            if (
                port in _allowed
                or str(port) in {str(one) for one in _allowed}
                or host in (None, "", "localhost", "127.0.0.1")
            ):
                return
            seen(f"{host}:{port}")
            raise socket.gaierror(
                socket.EAI_NONAME, f"celery-verify keeps the application off the network ({host}:{port})"
            )

    sys.addaudithook(hook)


def _is_transport() -> bool:
    """Whether a transport of kombu or a result backend of Celery is at work."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith(("kombu.transport.", "celery.backends.")):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


def _name(address: Any) -> str:
    if isinstance(address, tuple):
        return ":".join(str(part) for part in address[:2])
    return str(address)


def end_after(seconds: float, path: str) -> None:
    """Writes the stacks of all threads to `path` and ends the process, unless it has ended before."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=open(path, "w", encoding="utf-8"))


def end_with_parent() -> None:
    """Has the kernel end this process with its parent, after which nobody asks for its checks. Elsewhere it ends in time."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def end_no_more() -> None:
    """What follows has limits of its own."""
    faulthandler.cancel_dump_traceback_later()
