"""Runs the checks of checklist.json, each after the one that it needs."""

import importlib
import json
import os
from typing import Any

from . import application as apps
from . import guards, libraries, web
from .events import Events, Failed, NotApplicable
from .verification import Verification


def run(request: dict[str, Any], log: Events, helper_path: str) -> None:
    for module in ("flask", "celery"):
        log.begin(f"import {module}")
        try:
            __import__(module)
        except ImportError as error:
            return log.missing(module, str(error), _how_broken(module, error))
    _Checklist(Verification(request, log, helper_path)).run()


def _how_broken(module: str, error: ImportError) -> str:
    """Why a library that is installed can't be imported; "" where it is not installed."""
    if isinstance(error, ModuleNotFoundError) and error.name == module:
        return ""
    return (
        libraries.misfit(error)
        or f"{libraries.with_version(module)} is installed and can't be imported: {error}"
    )


class _Checklist:
    def __init__(self, verification: Verification) -> None:
        self.verification = verification
        with open(os.path.join(verification.helper_path, "checklist.json"), encoding="utf-8") as stream:
            self.listed = {entry["id"]: entry for entry in json.load(stream) if "python" in entry}
        self.reached: dict[str, bool] = {}
        """Whether others may build on a check that has run."""

    def run(self) -> None:
        verification = self.verification
        web.begin(verification)
        guards.deny_network(verification.request["ports"], verification.denied.append, verification.live)
        apps.watch_constructors(verification.application, verification.log)
        # From here on: importing Flask and Celery is not the application's time.
        guards.end_after(verification.request["seconds"], verification.request["stackFile"])
        try:
            for check in self.listed:
                self._reach(check)
        finally:
            for end in reversed(verification.endings):
                end()

    def _reach(self, check: str) -> bool:
        if check not in self.reached:
            needs = self.listed[check].get("needs")
            self.reached[check] = (needs is None or self._reach(needs)) and self._run(check)
        return self.reached[check]

    def _run(self, check: str) -> bool:
        """Whether those that need this one can run."""
        log, listed = self.verification.log, self.listed[check]
        log.begin(check)
        module, function = listed["python"].split(".")
        try:
            # Only now: what the worker needs takes as long to import as the rest of Celery.
            work = getattr(importlib.import_module(f"{__package__}.{module}"), function)
            log.passed(check, work(self.verification))
        except NotApplicable as reason:
            log.not_applicable(check, str(reason) or listed["notApplicable"])
        except Failed as failure:
            if failure.cause:
                # Not reached: it can't be told before another one, which needs it, is mended.
                return True
            log.fail(check, failure)
            return not failure.blocks
        except Exception as error:
            place = log.place(error)
            if not place:
                raise
            # The project's own code failed where we did not expect it to be called.
            log.fail(check, Failed(f"{type(error).__name__}: {error}", "Mend what this line says.", place))
            return False
        return True
