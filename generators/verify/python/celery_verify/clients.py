"""`clients-installed`: a broker's library is imported at the first message only, and no check in memory sends one there."""

from importlib.util import find_spec
from typing import Any

from .events import Failed, NotApplicable
from .settings import configured
from .verification import Verification

# What Celery imports for a scheme, the part before a "+" included. Others are not told about.
_LIBRARIES = {
    "redis": ("redis",),
    "rediss": ("redis",),
    "sentinel": ("redis",),
    "sqs": ("boto3", "pycurl"),
    "amqp": ("amqp",),
    "amqps": ("amqp",),
    "pyamqp": ("amqp",),
    "sqla": ("sqlalchemy",),
    "sqlalchemy": ("sqlalchemy",),
    "db": ("sqlalchemy",),
    "mongodb": ("pymongo",),
    "confluentkafka": ("confluent_kafka",),
    "gcpubsub": ("google.cloud.pubsub_v1",),
}
_NOWHERE = ("memory", "cache+memory", "disabled", "rpc", "file", "filesystem")


def find_clients(run: Verification) -> str:
    """Each configured server has its client's library; of servers that are named side by side, at least one."""
    told = []
    for setting, named in _servers(run).items():
        missing = {scheme: lacking for scheme, (lacking, _) in named.items() if lacking}
        if missing and len(missing) == len(named):
            scheme, lacking = next(iter(missing.items()))
            raise Failed(
                f"{setting} is {scheme}://, and {' and '.join(lacking)} can't be imported here",
                f"Install what the project declares: {run.request['installCommand']}",
                named[scheme][1],
                blocks=False,
            )
        for scheme, (lacking, place) in named.items():
            told.append(f"{scheme}:// ({place}: no {', '.join(lacking)} here)" if lacking else f"{scheme}://")
    if not told:
        raise NotApplicable
    return f"for {', '.join(sorted(set(told)))}"


def _servers(run: Verification) -> dict[str, dict[str, tuple[list[str], str]]]:
    """For each setting the schemes that it may have, with the libraries that they lack and the place that names them."""
    found: dict[str, dict[str, tuple[list[str], str]]] = {}
    in_effect = {
        "broker_url": configured(run.application.celery.conf, "broker_url", "broker"),
        "result_backend": configured(run.application.celery.conf, "result_backend", "backend"),
    }
    for setting, value in in_effect.items():
        places = {one["scheme"]: one["at"] for one in run.request["servers"][setting]}
        if isinstance(value, str) and "://" in value:
            places.setdefault(value.split("://")[0], run.application.celery_place())
        schemes = [one for one in places if one not in _NOWHERE and _libraries(one)]
        if schemes:
            found[setting] = {scheme: (_lacking(scheme), places[scheme]) for scheme in schemes}
    return found


def _libraries(scheme: str) -> tuple[str, ...]:
    return _LIBRARIES.get(scheme.split("+")[0], ())


def _lacking(scheme: str) -> list[str]:
    lacking = [name for name in _libraries(scheme) if not _is_there(name)]
    return lacking or _driver(scheme)


def _driver(scheme: str) -> list[str]:
    """The driver that SQLAlchemy wants for a database."""
    prefix, _, database = scheme.partition("+")
    if prefix not in ("db", "sqla") or not database:
        return []
    from sqlalchemy.engine.url import make_url

    try:
        dialect: Any = make_url(f"{database}://").get_dialect()
        (dialect.import_dbapi if hasattr(dialect, "import_dbapi") else dialect.dbapi)()
    except ImportError as error:
        return [error.name or database]
    except Exception:
        # No dialect of that name: what is wrong with it is for SQLAlchemy to say.
        return [f"SQLAlchemy's dialect {database}"]
    return []


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ImportError:
        return False
