"""Checks of settings that Celery accepts and that fail later, or are not safe."""

import os
import re
import ssl
from typing import Any
from urllib.parse import urlsplit

from .events import Failed, NotApplicable
from .sources import Sources
from .verification import Application, Verification

_PLACEHOLDER = re.compile(r"your_[a-z_]*here|<[^<>]+>|changeme|\bexample\.invalid\b", re.I)


def read_keys(run: Verification) -> str:
    """Celery's settings can be read, and old upper-case names are not mixed with new lower-case ones."""
    application, sources = run.application, run.sources
    from celery.exceptions import ImproperlyConfigured

    flask_app = application.flask
    mapping = flask_app.config.get("CELERY")
    if isinstance(mapping, dict):
        upper = sorted(key for key in mapping if isinstance(key, str) and key != key.lower())
        if upper:
            raise Failed(
                f"the CELERY settings mix old upper-case names with new ones: {', '.join(upper)}",
                f"Write Celery's lower-case names: {', '.join(_new_name(key) for key in upper)}.",
                sources.find(rf"""['"]?\b{re.escape(upper[0])}\b"""),
            )
    try:
        conf = application.celery.conf
        conf.get("broker_url")
    except ImproperlyConfigured as error:
        names = re.findall(r"^(\w+)\s+->\s+(\w+)", str(error), re.M)
        what = ", ".join(f"{old} is now {new}" for old, new in names) or str(error).strip().splitlines()[0]
        place = sources.find(rf"\b{re.escape(names[0][0])}\b") if names else application.celery_place()
        raise Failed(f"old and new setting names are mixed: {what}", "Use lower-case names only.", place)
    return "one style of names"


def _new_name(key: str) -> str:
    from celery.app.defaults import _TO_NEW_KEY

    return str(_TO_NEW_KEY.get(key, key.lower()))


def configured(conf: Any, *names: str) -> Any:
    """A setting as the project has it, without Celery's environment variables and defaults."""
    from celery.utils.collections import ConfigurationView

    view = ConfigurationView({}, list(conf.maps[:-1]), conf._keys, conf.prefix)
    return next((view.get(name) for name in names if view.get(name)), None)


def share_configuration(run: Verification) -> str:
    """Flask's configuration and Celery name the same broker."""
    application, sources = run.application, run.sources
    conf, config = application.celery.conf, application.flask.config
    celery_url = configured(conf, "broker_url", "broker")
    flask_url, key = _flask_broker(config)
    place = (
        sources.find(r"""\bbroker_url\b|\bCELERY_BROKER_URL\b|\bBROKER_URL\b|\bbroker\s*=""")
        or application.celery_place()
    )
    for url in (celery_url, flask_url):
        if isinstance(url, str) and _PLACEHOLDER.search(url):
            raise Failed(
                "the broker URL is still a placeholder",
                "Set CELERY_BROKER_URL to a real URL in the environment.",
                place,
            )
    for name in ("broker_url", "result_backend"):
        if not _is_url(conf.get(name)):
            raise Failed(
                f"{name} is not a valid URL",
                "Percent-encode special characters of its password.",
                sources.find(rf"(?i){name}") or application.celery_place(),
            )
    if not celery_url and not flask_url:
        if os.environ.get("CELERY_BROKER_URL") and run.live or sources.mentions("CELERY_BROKER_URL"):
            return "both take the broker from CELERY_BROKER_URL in the environment"
        raise Failed(
            "no broker is configured: Celery would use amqp://guest@localhost",
            'Set CELERY = {"broker_url": os.environ["CELERY_BROKER_URL"], ...} in Flask\'s configuration.',
            application.celery_place(),
        )
    if not celery_url:
        raise Failed(
            f"Celery does not see the broker of Flask's configuration ({key})",
            'Hand Flask\'s configuration to Celery: celery_app.config_from_object(app.config["CELERY"]).',
            application.celery_place() or place,
        )
    from_environment = celery_url == os.environ.get("CELERY_BROKER_URL")
    if not flask_url and from_environment:
        return "both take the broker from CELERY_BROKER_URL in the environment"
    if not flask_url:
        raise Failed(
            "Celery has a broker that Flask's configuration does not know",
            "Put the broker URL into Flask's configuration and configure Celery from there.",
            application.celery_place() or place,
        )
    if celery_url != flask_url and from_environment:
        return f"one broker URL: CELERY_BROKER_URL in the environment, else Flask's {key}"
    if celery_url != flask_url:
        raise Failed(
            f"Flask's configuration ({key}) names one broker, Celery another",
            "Configure Celery from Flask's configuration only.",
            application.celery_place() or place,
        )
    return f"one broker URL, in Flask's {key} and in Celery"


def _is_url(value: Any) -> bool:
    """Whether each address can be taken apart. Python's own message would quote a piece of the password."""
    for part in str(value or "").split(";"):
        try:
            _ = urlsplit(part).port
        except ValueError:
            return False
    return True


def _flask_broker(config: Any) -> Any:
    """The broker URL in Flask's configuration, and its key: in a mapping such as CELERY, or flat."""
    for name in sorted(key for key in config if "CELERY" in str(key)):
        mapping = config[name]
        for key in ("broker_url", "BROKER_URL", "CELERY_BROKER_URL"):
            if isinstance(mapping, dict) and mapping.get(key):
                return mapping[key], f"{name}[{key!r}]"
    for key in ("CELERY_BROKER_URL", "BROKER_URL", "CELERY_BROKER"):
        if config.get(key):
            return config[key], key
    return None, ""


def accept_json_only(run: Verification) -> str:
    application, sources = run.application, run.sources
    conf = application.celery.conf
    accepted = [str(one) for one in conf.accept_content or []] + [
        str(one) for one in conf.result_accept_content or []
    ]
    used = [conf.task_serializer, conf.result_serializer, conf.event_serializer]
    used += [
        task.serializer for name, task in application.celery.tasks.items() if not name.startswith("celery.")
    ]
    bad = [one for one in [*accepted, *map(str, used)] if "pickle" in one or "python-serialize" in one]
    if bad:
        raise Failed(
            "pickle is accepted: whoever can write to the broker can run code in the worker",
            "Set accept_content, task_serializer and result_serializer to json only.",
            sources.find(r"pickle|python-serialize"),
        )
    return f"accepts {', '.join(sorted(set(accepted))) or 'json'}"


def read_results(run: Verification) -> str:
    """A status route reads results in another process than the one that sent the task."""
    application, sources = run.application, run.sources
    backend = str(configured(application.celery.conf, "result_backend", "backend") or "")
    if not sources.status_routes:
        raise NotApplicable
    if backend.startswith(("rpc", "amqp")):
        raise Failed(
            f"results go to {backend.split(':')[0]}://, which only the sending process can read, and {sources.status_routes[0]} reads them for a status",
            "Use redis:// or db+... as the result backend.",
            sources.find(r"""['"]rpc:?|['"]amqp://?['"]""") or application.celery_place(),
        )
    if backend.startswith("disabled") or (not backend and not sources.sets("CELERY_RESULT_BACKEND")):
        raise Failed(
            "a status route reads results, and there is no result backend",
            "Set result_backend.",
            sources.status_routes[0],
        )
    return f"the status route at {sources.status_routes[0]} can read them"


def verify_certificates(run: Verification) -> str:
    """`rediss://` and `amqps://` are worth little when nobody looks at the certificate."""
    if os.environ.get("CELERY_UNVERIFIED_TLS") == "yes":
        return "certificates are NOT checked: CELERY_UNVERIFIED_TLS in the environment allows it"
    application, sources = run.application, run.sources
    conf = application.celery.conf
    pairs = [
        (configured(conf, "broker_url", "broker"), configured(conf, "broker_use_ssl"), "broker_use_ssl"),
        (
            configured(conf, "result_backend", "backend"),
            configured(conf, "redis_backend_use_ssl"),
            "redis_backend_use_ssl",
        ),
    ]
    encrypted = 0
    for url, options, name in pairs:
        is_encrypted = isinstance(url, str) and re.match(r"(rediss|amqps)://", url)
        # Options alone make a connection encrypted, too.
        if not is_encrypted and not (isinstance(options, dict) and _level(options) is not None):
            continue
        encrypted += 1
        if not _verifies(str(url or ""), options):
            place = sources.find(r"\b(rediss|amqps)://") or sources.find(rf"\b{name}\b")
            raise _unverified(name, place or application.celery_place())
    for place in _literal_urls(sources):
        encrypted += 1
        if not any(_verifies("", options) for _, options, _ in pairs):
            raise _unverified("broker_use_ssl and redis_backend_use_ssl", place)
    if not encrypted:
        raise NotApplicable
    return "certificates are checked"


def _unverified(name: str, place: str) -> Failed:
    return Failed(
        "the connection is encrypted and the certificate is not checked",
        f'Add ?ssl_cert_reqs=CERT_REQUIRED to the URL, or set {name} to {{"ssl_cert_reqs": ssl.CERT_REQUIRED}}.',
        place,
    )


def _verifies(url: str, options: Any) -> bool:
    match = re.search(r"ssl_cert_reqs=(\w+)", url)
    if match:
        return match.group(1).upper() in ("CERT_REQUIRED", "REQUIRED")
    if isinstance(options, dict):
        return _level(options) in (ssl.CERT_REQUIRED, "CERT_REQUIRED", "required")
    return False


def _level(options: dict) -> Any:
    return options.get("ssl_cert_reqs", options.get("cert_reqs"))


def _literal_urls(sources: Sources) -> list[str]:
    """Places with an encrypted URL in code that does not ask for a check, and that the environment has hidden from us."""
    pattern = r"""['"](rediss|amqps)://[^'"/\s{%]+(?![^'"]*ssl_cert_reqs)"""
    return list(sources.find_all(pattern))


def keep_tracked_results(run: Verification) -> str:
    application, sources = run.application, run.sources
    tracked = [task for task in sources.tasks if task.tracks]
    for task in tracked:
        registered = registered_task(application, task)
        if registered is not None and registered.ignore_result:
            raise Failed(
                f"{task.function} reports its state, and its result is ignored: it would stay at PROGRESS for ever",
                "Give it ignore_result=False.",
                task.place,
            )
    if not tracked:
        raise NotApplicable
    return f"{len(tracked)} tracked"


def registered_task(application: Application, task: Any) -> Any:
    """The registered task that runs this function, whatever its name is; None when there is none."""
    tasks = application.celery.tasks
    for name in task.names:
        found = tasks.get(name)
        if found is not None and _function(found) == task.function:
            return found
    for found in tasks.values():
        if _function(found) == task.function and _file(found).endswith("/" + task.path):
            return found
    return None


def _code(task: Any) -> Any:
    function = task.run
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    # Autoretry replaces `run` by a function that closes over the original.
    original = getattr(task, "_orig_run", None)
    function = original or function
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return getattr(function, "__code__", None)


def _function(task: Any) -> str:
    code = _code(task)
    return code.co_name if code else ""


def _file(task: Any) -> str:
    code = _code(task)
    return os.path.realpath(code.co_filename).replace(os.sep, "/") if code else ""
