"""What has been found so far, on disk at once: the application may end or hang the process at any moment."""

import json
import os
import traceback
from typing import Any, Optional


class Failed(Exception):
    """A check that does not hold. `where` is `path:line`, `fix` is what to do.

    `blocks`: what needs this check can't run. `cause`: another check tells the same fault, and this one keeps silent.
    """

    def __init__(
        self, detail: str, fix: str = "", where: str = "", *, blocks: bool = True, cause: str = ""
    ) -> None:
        super().__init__(detail)
        self.detail = f"{where}: {detail}" if where else detail
        self.fix = fix
        self.blocks = blocks
        self.cause = cause


class NotApplicable(Exception):
    """A check found nothing to look at. Without a reason checklist.json has it."""


class Placing:
    """Tells which line of the project something came from."""

    def __init__(self, root: str) -> None:
        self.root = root

    def relative(self, path: Optional[str]) -> str:
        """Path below the project with forward slashes; "" for any other file."""
        if not path or not os.path.isabs(path):
            # "<frozen os>" and the like.
            return ""
        full = os.path.realpath(path)
        if not full.startswith(self.root + os.sep):
            return ""
        return os.path.relpath(full, self.root).replace(os.sep, "/")

    def place(self, error: BaseException) -> str:
        """`path:line` of the innermost frame of the project that an exception went through; "" when there is none."""
        found = ""
        for frame in traceback.extract_tb(error.__traceback__):
            path = self.relative(frame.filename)
            if path:
                found = f"{path}:{frame.lineno}"
        # A syntax error has no frame in the file that it is about.
        if isinstance(error, SyntaxError) and self.relative(error.filename):
            found = f"{self.relative(error.filename)}:{error.lineno}"
        return found


class Events(Placing):
    def __init__(self, path: str, root: str) -> None:
        super().__init__(root)
        self._stream = open(path, "a", encoding="utf-8")

    def begin(self, check: str) -> None:
        """Says which check is under way."""
        self._write({"begin": check})

    def passed(self, check: str, detail: str) -> None:
        self._write({"id": check, "verdict": "ok", "detail": detail, "fix": ""})

    def not_applicable(self, check: str, reason: str) -> None:
        self._write({"id": check, "verdict": "not-applicable", "detail": reason, "fix": ""})

    def fail(self, check: str, failure: Failed) -> None:
        self._write({"id": check, "verdict": "failed", "detail": failure.detail, "fix": failure.fix})

    def missing(self, module: str, error: str, broken: str) -> None:
        """Flask or Celery can't be imported here: it is not installed, or `broken` says what is wrong with it."""
        self._write({"missing": module, "error": error, "broken": broken})

    def crash(self, error: BaseException) -> None:
        self._write({"crash": "".join(traceback.format_exception(type(error), error, error.__traceback__))})

    def _write(self, value: Any) -> None:
        self._stream.write(json.dumps(value, default=str) + "\n")
        self._stream.flush()
