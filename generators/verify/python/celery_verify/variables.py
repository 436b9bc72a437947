"""Environment variables that an application asks for when it starts, and that are not set."""

import linecache
import os
import re
from types import FrameType
from typing import Optional

from .events import Placing

_READS = re.compile(
    r"""(?:environ(?:\.get\(|\[)|getenv\(|\b(?:config|env|env\.\w+)\()\s*["']([A-Z][A-Z0-9_]{2,})["']"""
)
_NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
# Settings libraries that say by their own exception that a variable is missing.
_LIBRARIES = (
    "decouple",
    "environs",
    "environ",
    "starlette",
    "pydantic",
    "pydantic_core",
    "pydantic_settings",
    "dynaconf",
)
_NEAR = 12


def missing_variables(error: BaseException, log: Placing) -> list[str]:
    """Their names; empty where the exception has another reason.

    `os.environ["X"]` says it itself. A program that ends, or raises an error of its own, says it by name or reads it nearby.
    """
    if isinstance(error, KeyError) and _module_of_last(error) == "os":
        return [str(error.args[0])]
    named = [name for name in _NAME.findall(_text(error)) if name not in os.environ]
    if type(error).__module__.split(".")[0] in _LIBRARIES:
        return named or _fields(error)
    read = _read_nearby(error, log)
    if isinstance(error, SystemExit):
        return [name for name in named if name in read or _says_missing(error)] or read
    return [name for name in named if name in read]


def _text(error: BaseException) -> str:
    return str(error.code) if isinstance(error, SystemExit) else str(error)


def _says_missing(error: BaseException) -> bool:
    return (
        re.search(r"\b(?:not set|unset|missing|required|must|environment)\b", _text(error), re.I) is not None
    )


def _fields(error: BaseException) -> list[str]:
    """pydantic names fields, which are variables in upper case."""
    errors = getattr(error, "errors", None)
    if not callable(errors):
        return []
    try:
        found = [
            str(one["loc"][0]).upper()
            for one in errors()
            if one.get("type") in ("missing", "value_error.missing")
        ]
    except Exception:
        return []
    return [name for name in found if name not in os.environ]


def _read_nearby(error: BaseException, log: Placing) -> list[str]:
    """Variables that are read a few lines above the innermost line of the project, and that are not set."""
    trace, frame, line = error.__traceback__, None, 0
    while trace is not None:
        if log.relative(trace.tb_frame.f_code.co_filename):
            frame, line = trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next
    if frame is None:
        return []
    names = _READS.findall("".join(_lines_before(frame, line)))
    return list(dict.fromkeys(name for name in names if name not in os.environ))


def _lines_before(frame: FrameType, line: int) -> list[str]:
    return linecache.getlines(frame.f_code.co_filename)[max(0, line - _NEAR) : line]


def _module_of_last(error: BaseException) -> Optional[str]:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return str(trace.tb_frame.f_globals.get("__name__", "")) if trace else None
