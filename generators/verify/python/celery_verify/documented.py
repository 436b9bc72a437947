"""`documented-command`: what a README, a Procfile or a unit tells people to type finds a Celery application."""

from . import guards
from .events import Failed, NotApplicable
from .explain import say
from .verification import Verification


def try_commands(run: Verification) -> str:
    """Looks for the application as `celery -A <name>` does. Last of all: another module may do anything on import."""
    import celery
    from celery.app.utils import find_app

    request = run.request
    # Those that name no module of the project are told by worker-documented.
    commands = [one for one in request["commands"] if one["app"] and one["resolves"]]
    if not commands:
        raise NotApplicable
    guards.end_after(request["seconds"], request["stackFile"])
    names = list(dict.fromkeys(one["app"] for one in commands))
    for name in names:
        place = next(one["at"] for one in commands if one["app"] == name)
        try:
            found = find_app(name)
        except BaseException as error:  # noqa: B902 - sys.exit() as well
            raise Failed(f"`celery -A {name} worker` fails: {say(error)}", _fix(run, name), place) from error
        if hasattr(found, "_get_current_object"):
            found = found._get_current_object()
        if not isinstance(found, celery.Celery):
            raise Failed(
                f"`celery -A {name} worker` finds a {type(found).__name__}, which is not a Celery application",
                _fix(run, name),
                place,
            )
    guards.end_no_more()
    return ", ".join(f"celery -A {name}" for name in names)


def _fix(run: Verification, name: str) -> str:
    if name != run.request["entry"]:
        return str(run.request["workerCommand"])
    # Nothing better was found in this project.
    return f"Bind the Celery application to the name celery_app in {run.request['entryPath']}, or name the module that makes it."
