"""Installed libraries that do not fit together, by their names and versions."""

import os
import re
import sys
from importlib import metadata
from types import TracebackType
from typing import Optional


def misfit(error: BaseException) -> str:
    """What a library could not get from another one, with both versions; "" where the fault is not between libraries.

    Flask 2.2 beside Werkzeug 3, Flask-SQLAlchemy 2 beside SQLAlchemy 2: the older one asks for what is gone.
    """
    if not isinstance(error, (ImportError, AttributeError)):
        return ""
    asking = _asking(error.__traceback__)
    asked = _asked(error)
    if not asking or not asked or asking == asked or not _is_installed(asked):
        return ""
    return f"{with_version(asking)} and {with_version(asked)} do not fit together ({type(error).__name__}: {_first_line(error)})"


def gone(error: ModuleNotFoundError) -> str:
    """A part that an installed library no longer has, asked for by the project itself; "" where nothing is installed by that name."""
    top, _, part = (error.name or "").partition(".")
    if not part or not _is_installed(top):
        return ""
    return f"{with_version(top)} has no {error.name}"


def _asking(trace: Optional[TracebackType]) -> str:
    """The library whose line broke; "" where a line of the project did."""
    path = ""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not name.startswith("<frozen "):
            path = name
        trace = trace.tb_next
    return _library_of(path)


def _library_of(path: str) -> str:
    found = re.search(r"[/\\](?:site|dist)-packages[/\\]([^/\\]+)", path)
    return re.sub(r"\.py$", "", found.group(1)) if found else ""


def _asked(error: BaseException) -> str:
    if isinstance(error, ImportError):
        return (error.name or "").partition(".")[0]
    found = re.search(r"module '([\w.]+)' has no attribute", str(error))
    return found.group(1).partition(".")[0] if found else ""


def _is_installed(module: str) -> bool:
    return module in sys.modules or any(
        os.path.exists(os.path.join(folder, module)) for folder in sys.path if "-packages" in folder
    )


def with_version(module: str) -> str:
    """`Flask-Login 0.5.0` for `flask_login`; the module's own name where no distribution has it."""
    for name in (module, module.replace("_", "-")):
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        return f"{found.metadata['Name']} {found.version}"
    return module


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [""])[0]
