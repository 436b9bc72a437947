"""`settings-in-effect`: what Flask's configuration says about Celery is what Celery does. A setting in a style that nobody reads is lost in silence."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .events import Failed, NotApplicable
from .settings import configured
from .verification import Verification

# It has a check of its own.
_BROKER = {"broker_url", "broker_read_url", "broker_write_url"}


def compare_settings(run: Verification) -> str:
    conf, seen, lost = run.application.celery.conf, 0, []
    for key, name, value in _celery_settings(run.application.flask.config):
        if name in _BROKER:
            continue
        seen += 1
        if name == "result_backend":
            # CELERY_RESULT_BACKEND in the environment wins, so only its absence tells.
            agree = bool(configured(conf, name)) or not value
        else:
            agree = _agree(value, conf.get(name))
        if not agree:
            lost.append((key, name))
    if lost:
        key, name = lost[0]
        others = f" (nor {', '.join(one for one, _ in lost[1:])})" if len(lost) > 1 else ""
        raise Failed(
            f"{key} of Flask's configuration is not in effect{others}: Celery's {name} has another value",
            f"Write it as {name!r} in the CELERY mapping that Celery is configured from, or delete it.",
            run.sources.find(rf"\b{re.escape(key)}\b") or run.application.celery_place(),
        )
    if not seen:
        raise NotApplicable
    return f"{seen} of Flask's configuration"


def _celery_settings(config: Any) -> Iterator[tuple[str, str, Any]]:
    """Key in Flask's configuration, Celery's name today, value."""
    from celery.app.defaults import _TO_NEW_KEY, SETTING_KEYS

    for key, value in config.items():
        if not isinstance(key, str):
            continue
        if key == "CELERY" and isinstance(value, Mapping):
            yield from ((name, name, inner) for name, inner in value.items() if name in SETTING_KEYS)
        elif not key.startswith(("CELERY", "BROKER_")):
            # IMPORTS or TIMEZONE may be anybody's.
            continue
        elif key in _TO_NEW_KEY:
            yield key, _TO_NEW_KEY[key], value
        elif key.lower() in SETTING_KEYS:
            yield key, key.lower(), value
        elif key.startswith("CELERY_") and key[7:].lower() in SETTING_KEYS:
            yield key, key[7:].lower(), value
        elif key.startswith("CELERY_") and key[7:] in _TO_NEW_KEY:
            yield key, _TO_NEW_KEY[key[7:]], value


def _agree(value: Any, effective: Any) -> bool:
    """Options that were merged with others are in effect, too."""
    if isinstance(value, Mapping) and isinstance(effective, Mapping):
        return all(name in effective and _agree(inner, effective[name]) for name, inner in value.items())
    if isinstance(value, (list, tuple, set, frozenset)) and isinstance(
        effective, (list, tuple, set, frozenset)
    ):
        return all(one in effective for one in value)
    return bool(value == effective) or (not value and not effective)
