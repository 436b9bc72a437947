"""`settings-known`: Celery takes a setting that it does not know without a word, and a misspelt one has no effect."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .events import Failed, NotApplicable
from .verification import Verification

# Documented, or newer than the Celery that is installed here: its own table lacks them.
_MORE = {
    "control_queue_durable",
    "control_queue_exclusive",
    "event_queue_exclusive",
    "redis_backend_credential_provider",
    "redis_backend_health_check_interval",
    "redis_client_name",
    "result_backend_thread_safe",
    "task_create_missing_queue_exchange_type",
    "task_create_missing_queue_type",
    "task_default_queue_type",
    "visibility_timeout",
    "worker_soft_shutdown_timeout",
}
# Extensions of Celery keep their own settings beside its own, so only what is nearly one of Celery's is a slip.
_NEAR = 0.85


def know_names(run: Verification) -> str:
    from celery.app.defaults import _TO_NEW_KEY, SETTING_KEYS

    known = {_short(old): new for old, new in _TO_NEW_KEY.items()}
    known.update({name: name for name in (*SETTING_KEYS, *_MORE)})
    names = dict(_names(run.application.flask.config, run.application.celery.conf))
    if not names:
        raise NotApplicable
    for name, key in names.items():
        if name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=_NEAR)
        if near:
            raise Failed(
                f"Celery has no setting {name!r} and ignores it: is {known[near[0]]!r} meant?",
                f"Write {known[near[0]]!r}.",
                run.sources.find(rf"\b{re.escape(key)}\b") or run.application.celery_place(),
            )
    return f"{len(names)} settings by name"


def _names(config: Any, conf: Any) -> Iterator[tuple[str, str]]:
    """Lower-case name and the key as it is written: of Flask's configuration, and of what Celery was given."""
    mapping = config.get("CELERY")
    own = mapping if isinstance(mapping, Mapping) else {}
    flat = [key for key in config if isinstance(key, str) and key.startswith("CELERY_")]
    given = [key for layer in conf.maps[:-1] if isinstance(layer, Mapping) for key in layer]
    # Upper-case names may be anything of Flask's: conf.update(app.config) brings them all.
    named = [key for key in (*given, *own) if isinstance(key, str) and key == key.lower()]
    for key in (*named, *flat):
        yield _short(key), key


def _short(key: str) -> str:
    return re.sub(r"^celery_(?=\w)", "", key.lower())
