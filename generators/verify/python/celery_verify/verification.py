"""One run of the checks: what they are given, and what one leaves for the next."""

from typing import Any, Callable, Optional

from .events import Events
from .sources import Sources


class Application:
    """What importing the project has brought up."""

    def __init__(self) -> None:
        self.flask: Any = None
        self.celery: Any = None
        self.entry_error: Optional[BaseException] = None
        self.flasks: list[tuple[Any, str]] = []
        """Every Flask application made so far, with `path:line`."""
        self.celeries: list[tuple[Any, str]] = []

    def celery_place(self) -> str:
        return next((place for app, place in self.celeries if app is self.celery), "")


class Verification:
    """Each check takes it, and gives back what it saw."""

    def __init__(self, request: dict[str, Any], log: Events, helper_path: str) -> None:
        self.request = request
        self.log = log
        self.helper_path = helper_path
        """Where `celery_verify` can be imported from."""
        self.sources = Sources(request["root"], request["files"], request["importRoots"])
        self.application = Application()
        self.denied: list[str] = []
        """Servers that the application has tried to reach."""
        self.runner: Any = None
        """Sends tasks to the worker, once there is one."""
        self.web: Any = None
        """The first start of the web's entry, which goes on beside the checks."""
        self.web_deadline = 0.0
        """When every start of the web has to have ended, in seconds of time.monotonic()."""
        self.worker_snapshot: dict[str, Any] = {}
        """What makes the worker's application, before a check has left a trace in it."""
        self.endings: list[Callable[[], None]] = []
        """What has to be ended after the last check."""

    @property
    def live(self) -> bool:
        return bool(self.request["live"])
