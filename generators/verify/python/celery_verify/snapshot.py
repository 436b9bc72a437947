"""What makes one Flask application another: configuration, URL map, blueprints, extensions, as JSON that can be compared.

Two processes that start the same application take the same snapshot: addresses, the project's folder and the order of sets
are left out. No secret is in it: those are there by hash.
"""

import datetime
import decimal
import enum
import hashlib
import os
import re
import types
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]+")
_SECRET_KEY = re.compile(
    r"SECRET|PASSWORD|PASSWD|PWD|TOKEN|CREDENTIAL|SALT|PRIVATE|API_?KEY|ACCESS_?KEY|ENCRYPTION_?KEY|DSN|(^|_)PASS(_|$)",
    re.I,
)
_SECRET_TEXT = re.compile(r"://[^/\s@]*:[^/\s]*@|-----BEGIN |[?&](?:password|token|key)=", re.I)
_BY_REPR = (
    *(bool, int, float, complex, type(None)),
    *(
        datetime.date,
        datetime.time,
        datetime.timedelta,
        datetime.tzinfo,
        decimal.Decimal,
        uuid.UUID,
        re.Pattern,
        range,
    ),
)
_DEPTH = 12


class Difference(NamedTuple):
    """`what` is `config`, `route`, `blueprint`, `extension` or `import name`; a side that lacks it has ""."""

    what: str
    name: str
    web: str
    worker: str


def take(app: Any, root: str) -> dict[str, Any]:
    """The snapshot of one Flask application; what lies below `root` is named from there."""
    return {
        "import_name": app.import_name,
        "config": {
            str(key): _describe(value, str(key), root)
            for key, value in sorted(app.config.items(), key=_by_name)
        },
        "routes": sorted(_routes(app)),
        "blueprints": {name: blueprint.import_name for name, blueprint in sorted(app.blueprints.items())},
        "extensions": sorted(str(name) for name in app.extensions),
    }


def compare(web: Mapping[str, Any], worker: Mapping[str, Any]) -> list[Difference]:
    """Everything in which two snapshots differ, the configuration first. Texts are named, never shown."""
    found = []
    if web["import_name"] != worker["import_name"]:
        found.append(Difference("import name", "", web["import_name"], worker["import_name"]))
    found += _differing(web["config"], worker["config"])
    for what, name in (("route", "routes"), ("extension", "extensions")):
        one, other = list(web[name]), list(worker[name])
        found += [Difference(what, entry, "there", "") for entry in one if entry not in other]
        found += [Difference(what, entry, "", "there") for entry in other if entry not in one]
    for name in sorted({*web["blueprints"], *worker["blueprints"]}):
        one, other = web["blueprints"].get(name, ""), worker["blueprints"].get(name, "")
        if one != other:
            found.append(Difference("blueprint", name, one, other))
    return found


def _differing(web: Mapping[str, Any], worker: Mapping[str, Any], inside: str = "") -> list[Difference]:
    """Keys that differ; of two mappings, the keys in them: `CELERY['broker_url']`."""
    found = []
    for key in sorted({*web, *worker}):
        one, other = web.get(key), worker.get(key)
        name = f"{inside}[{key!r}]" if inside else key
        if one == other:
            continue
        if one and other and isinstance(one.get("items"), dict) and isinstance(other.get("items"), dict):
            found += _differing(one["items"], other["items"], name)
        else:
            found.append(Difference("config", name, _show(one), _show(other)))
    return found


def _by_name(item: Any) -> str:
    return str(item[0])


def _routes(app: Any) -> list[str]:
    return [
        " ".join(
            [
                *([rule.host or rule.subdomain] if rule.host or rule.subdomain else []),
                rule.rule,
                ",".join(sorted(rule.methods or ())),
                rule.endpoint,
            ]
        )
        for rule in app.url_map.iter_rules()
    ]


def _describe(value: Any, key: str, root: str, depth: int = 0) -> Any:
    """A value as `{"type", "value"}`, with `hash` in place of `value` for a secret; containers as what they hold."""
    kind = _name_of(type(value))
    if isinstance(value, enum.Enum):
        return {"type": kind, "value": value.name}
    if isinstance(value, (str, bytes)):
        text = value if isinstance(value, str) else value.decode("latin-1")
        text = text.replace(root, "<root>")
        if isinstance(value, bytes) or _SECRET_KEY.search(key) or _SECRET_TEXT.search(text):
            return {
                "type": kind,
                "hash": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16],
            }
        return {"type": kind, "value": text}
    if isinstance(value, _BY_REPR):
        return {"type": kind, "value": repr(value)}
    if isinstance(value, os.PathLike):
        return {"type": kind, "value": str(value).replace(root, "<root>")}
    if depth >= _DEPTH:
        return {"type": kind}
    if isinstance(value, Mapping):
        items = [(_name_key(name), name, inner) for name, inner in value.items()]
        return {
            "type": kind,
            "items": {
                text: _describe(inner, f"{key}.{name}", root, depth + 1)
                for text, name, inner in sorted(items, key=_by_name)
            },
        }
    if isinstance(value, (list, tuple)):
        return {"type": kind, "items": [_describe(inner, key, root, depth + 1) for inner in value]}
    if isinstance(value, (set, frozenset)):
        inside = [_describe(inner, key, root, depth + 1) for inner in value]
        return {"type": kind, "items": sorted(inside, key=repr)}
    if isinstance(value, types.ModuleType) or hasattr(value, "__qualname__"):
        return {"type": kind, "value": _name_of(value)}
    return {"type": kind, **_by_representation(value, root)}


def _by_representation(value: Any, root: str) -> dict[str, str]:
    """Of any other object what it says of itself, unless that is only where it lies in memory."""
    try:
        text = repr(value)
    except Exception:
        return {}
    if _ADDRESS.search(text):
        return {}
    text = text.replace(root, "<root>")
    # What an object says of itself may hold anything: it can be compared without being told.
    return {"hash": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]}


def _name_key(name: Any) -> str:
    return name if isinstance(name, str) else _ADDRESS.sub("0x", repr(name))


def _name_of(value: Any) -> str:
    if isinstance(value, types.ModuleType):
        return value.__name__
    module = getattr(value, "__module__", "") or ""
    name = getattr(value, "__qualname__", "") or getattr(value, "__name__", "") or type(value).__qualname__
    # A script that is run and a module that is imported are the same file.
    return str(name) if module in ("builtins", "__main__") else f"{module}.{name}"


def _show(described: Any) -> str:
    """A value for people: numbers, flags and nothing are shown, texts are not."""
    if described is None:
        return ""
    if described["type"] in ("bool", "int", "float", "NoneType"):
        return str(described["value"])
    return f"a {described['type']}"
