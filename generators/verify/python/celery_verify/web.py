"""`same-application`: what the project itself starts for the web is the application that the worker has.

Each web entry is started in an interpreter and in a copy of the project of its own, while the other checks run.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import Any, Optional

from . import guards, snapshot, snapshot_command
from .events import Failed, NotApplicable
from .verification import Verification

_MOST = 4
"""More entries are named, and not started."""
_SHOWN = 5


class Start:
    """One start of one entry, in a process of its own."""

    def __init__(self, run: Verification, entry: dict[str, Any], number: int) -> None:
        request = run.request
        self.root = request["webRoot"]
        self.seconds = max(1.0, run.web_deadline - time.monotonic())
        self.files = f"{request['webFiles']}-{number}"
        self.code: Optional[int] = None
        self.killed = False
        self.process: Optional[subprocess.Popen] = None
        asked = {
            **{name: request[name] for name in ("environment", "installCommand")},
            **{name: entry[name] for name in ("target", "folder", "dotenv")},
            "root": self.root,
            "seconds": self.seconds,
            "files": self.files,
        }
        # A copy of this process has imported Flask and Celery already, and nothing of the application yet. What monkey-patches
        # must come first.
        can_fork = hasattr(os, "fork") and sys.platform != "darwin" and number == 0
        if can_fork and not run.sources.patches:
            self.pid = os.fork()
            if self.pid == 0:
                snapshot_command.answer(asked)
        else:
            self.process = self._spawn(asked, os.path.join(run.helper_path, "run.py"))
        run.endings.append(self.end)

    def _spawn(self, asked: dict[str, Any], script: str) -> subprocess.Popen:
        with open(f"{self.files}.request", "w", encoding="utf-8") as stream:
            json.dump(asked, stream)
        command = [sys.executable, "-B", script, "snapshot", "--request", f"{self.files}.request"]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=self.root)

    def result(self) -> dict[str, Any]:
        """The snapshot, or `{"error"}`."""
        # It ends itself with its stack first.
        deadline = time.monotonic() + self.seconds + 5
        while self._goes_on() and time.monotonic() < deadline:
            time.sleep(0.002)
        self.end()
        try:
            with open(f"{self.files}.json", encoding="utf-8") as stream:
                found: dict[str, Any] = json.load(stream)
        except (OSError, ValueError):
            return {"error": f"{self._ended()}{self._place()}"}
        return found

    def _goes_on(self) -> bool:
        if self.process is not None:
            self.code = self.process.poll()
        elif self.code is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                # gevent waits for every process by itself.
                self.code = 0
            else:
                self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code is None

    def end(self) -> None:
        if self._goes_on():
            self.killed = True
            if self.process is not None:
                self.process.kill()
            else:
                os.kill(self.pid, signal.SIGKILL)
            while self._goes_on():
                time.sleep(0.002)

    def _ended(self) -> str:
        if self._stack() or self.killed:
            return f"it did not come to an end within {self.seconds:.0f} s"
        return f"its process ended with exit code {self.code}"

    def _stack(self) -> str:
        try:
            with open(f"{self.files}.stack", encoding="utf-8", errors="replace") as stream:
                return stream.read()
        except OSError:
            return ""

    def _place(self) -> str:
        """The innermost line of the project in the stack that it has left."""
        for path, line in re.findall(r'File "(.+)", line (\d+) in ', self._stack()):
            if path.startswith(self.root + os.sep):
                return f", waiting at {os.path.relpath(path, self.root)}:{line}"
        return ""


def begin(run: Verification) -> None:
    """Starts the first entry; the others follow when they are looked at, so that no machine is overrun."""
    entries = run.request["web"]["entries"]
    run.web_deadline = time.monotonic() + run.request["seconds"]
    if entries:
        run.web = Start(run, entries[0], 0)


def keep_snapshot(run: Verification) -> None:
    """Taken as soon as the worker's application is known: the checks that follow leave traces in it."""
    if run.request["web"]["entries"]:
        run.worker_snapshot = snapshot.take(run.application.flask, run.request["root"])


def compare_with_web(run: Verification) -> str:
    entries, missing = run.request["web"]["entries"], run.request["web"]["missing"]
    if not entries:
        raise NotApplicable(f"{_NOTHING}: {'; '.join(missing)}" if missing else "")
    # The other checks are done; each start ends by itself.
    guards.end_no_more()
    equal: list[str] = []
    others: list[str] = []
    differing: list[tuple[dict, list[snapshot.Difference], dict]] = []
    for number, entry in enumerate(entries[:_MOST]):
        found = (run.web if number == 0 else Start(run, entry, number)).result()
        has_time = time.monotonic() + 1 < run.web_deadline
        if "error" in found and number == 0 and has_time and not found.get("denied"):
            # It ran beside the worker's start: two that migrate one database get into each other's way.
            found = Start(run, entry, 2 * _MOST).result()
        if "error" in found:
            others.append(_explain(entry, found))
            continue
        differences, changing = _compare(run, entry, found, number)
        if differences:
            differing.append((entry, differences, found))
        else:
            equal.append(_describe(entry, found, changing))
    others += [f"{_name(entry)} was not started" for entry in entries[_MOST:]]
    worker = run.worker_snapshot["import_name"]
    for entry, differences, found in differing:
        # Beside the worker's own application a project may serve another one, with another name.
        if equal and found["import_name"] != worker:
            others.append(f"{_name(entry)} is another application, {found['import_name']}")
            continue
        raise Failed(
            f"the web's application, started as {_name(entry)} says, is not the worker's: {_list(differences)}",
            f"Let {run.request['entryPath'] or 'the worker’s entry'} obtain the application as {_file(entry)} does, arguments included.",
            _worker_place(run),
        )
    if not equal:
        raise NotApplicable(f"no entry of the web process could be started: {'; '.join(others)}")
    return "; ".join([*equal, *others])


_NOTHING = "no entry of the web process was found"


def _compare(
    run: Verification, entry: dict, found: dict, number: int
) -> tuple[list[snapshot.Difference], list[str]]:
    """What differs for certain, and what is made anew at each start."""
    differences = [
        one
        for one in snapshot.compare(found, run.worker_snapshot)
        # `flask run` decides about debug mode by itself.
        if not (entry["flask"] and one.what == "config" and one.name in ("DEBUG", "ENV"))
    ]
    if not differences:
        return [], []
    again = Start(run, entry, _MOST + number).result()
    if "error" in again:
        return differences, []
    changing = {(one.what, one.name) for one in snapshot.compare(found, again)}
    return (
        [one for one in differences if (one.what, one.name) not in changing],
        [name for _, name in sorted(changing)],
    )


def _describe(entry: dict, found: dict, changing: list[str]) -> str:
    counted = [
        _count(found, name) for name in ("config", "routes", "blueprints", "extensions") if found[name]
    ]
    told = f"as {_name(entry)} starts it: {', '.join(counted)}"
    if changing:
        told += f"; made anew at each start, so that no two processes share it: {', '.join(changing)}"
    return told


def _count(found: dict, name: str) -> str:
    what = "settings" if name == "config" else name
    return f"{len(found[name])} {what if len(found[name]) != 1 else what[:-1]}"


def _explain(entry: dict, found: dict) -> str:
    told = f"{_name(entry)} can't be started here: {found['error']}"
    if found.get("denied"):
        told += f" (start-up connects to {found['denied']}; the application is kept off the network while it is verified)"
    return told


def _list(differences: list[snapshot.Difference]) -> str:
    shown = [_say(one) for one in differences[:_SHOWN]]
    more = len(differences) - _SHOWN
    return "; ".join([*shown, *([f"and {more} more"] if more > 0 else [])])


def _say(one: snapshot.Difference) -> str:
    name = f"{one.what} {one.name}".strip()
    if not one.worker:
        return f"{name} is only on the web"
    if not one.web:
        return f"{name} is only in the worker"
    if one.web == one.worker:
        return f"{name} has another value ({one.web})"
    return f"{name} is {one.web} on the web and {one.worker} in the worker"


def _name(entry: dict) -> str:
    return entry["at"]


def _file(entry: dict) -> str:
    return entry["at"].rpartition(":")[0]


def _worker_place(run: Verification) -> str:
    """The line of the worker's entry that obtains the application, else where that was made."""
    path: Optional[str] = run.request["entryPath"]
    if not path:
        return next((place for app, place in run.application.flasks if app is run.application.flask), "")
    for number, line in enumerate(run.sources.text(path).splitlines(), 1):
        if line[:1].isidentifier() and not line.startswith(
            ("import ", "from ", "def ", "class ", "if ", "try")
        ):
            return f"{path}:{number}"
    return f"{path}:1"
