"""What an exception at start-up means, with the line of the project that it came from."""

from typing import Any

from . import libraries
from .events import Failed, Placing
from .variables import missing_variables


def explain(error: BaseException, log: Placing, request: dict[str, Any]) -> Failed:
    """The failure that a person can mend."""
    place = log.place(error)
    if isinstance(error, ImportError):
        circle = _find_circle(error, log)
        if circle:
            return Failed(
                f"circular import: {' → '.join(circle)}",
                "Import blueprints inside the factory, and never import the application's module from tasks: use shared_task and flask.current_app.",
                place,
            )
    apart = libraries.misfit(error)
    if apart:
        return Failed(
            apart,
            f"Install versions that fit, the newest of both or those that the project was made with: {request['installCommand']}",
            place,
        )
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _explain_module(error, place, request)
    unset = missing_variables(error, log)
    if unset:
        one = len(unset) == 1
        return Failed(
            f"the environment variable{'' if one else 's'} {', '.join(map(repr, unset))} {'is' if one else 'are'} not set"
            + ("" if isinstance(error, KeyError) else f" ({say(error)})"),
            f"Set {', '.join(unset)} for this command, or load .env in the worker's entry.",
            place,
        )
    if isinstance(error, SystemExit):
        if _passes_through(error, "argparse"):
            return Failed(
                "the application reads the command line when it is made, and a worker's is not meant for it",
                "Set sys.argv = sys.argv[:1] in the worker's entry before the application is made, or read it under `if __name__` only.",
                place,
            )
        return Failed(
            f"the application ended the process on import: sys.exit({error.code!r})",
            'Move that below `if __name__ == "__main__":`.',
            place,
        )
    if isinstance(error, TypeError) and "required" in str(error) and "argument" in str(error):
        return Failed(
            say(error),
            "Let the worker's entry give the arguments that wsgi.py, manage.py or run.py gives.",
            place,
        )
    return Failed(say(error), "Mend what this line says; `flask run` needs it as well.", place)


def _passes_through(error: BaseException, module: str) -> bool:
    frame = error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_globals.get("__name__") == module:
            return True
        frame = frame.tb_next
    return False


def _explain_module(error: ModuleNotFoundError, place: str, request: dict[str, Any]) -> Failed:
    name = str(error.name)
    gone = libraries.gone(error)
    if gone:
        return Failed(
            gone,
            "Import what that version has instead, or install the one that the project was made with.",
            place,
        )
    own = next(
        (
            path
            for path in request.get("files", ())
            if f"/{path}".endswith((f"/{name}.py", f"/{name}/__init__.py"))
        ),
        "",
    )
    if own:
        return Failed(
            f"no module named {name!r}: the project has {own}, which can't be imported from here",
            "Import it by the path from the folder that the worker starts in, or start it where that file lies.",
            place,
        )
    return Failed(f"no module named {name!r} in this interpreter", request["installCommand"], place)


def say(error: BaseException) -> str:
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def _find_circle(error: ImportError, log: Placing) -> list[str]:
    """Modules of the project that import one another, read from the stack of an import that found a half-made module."""
    if "circular import" not in str(error) and "partially initialized" not in str(error):
        return []
    modules: list[str] = []
    frame = error.__traceback__
    while frame is not None:
        path = log.relative(frame.tb_frame.f_code.co_filename)
        name = frame.tb_frame.f_globals.get("__name__", "")
        if path and frame.tb_frame.f_code.co_name == "<module>" and (not modules or modules[-1] != name):
            modules.append(name)
        frame = frame.tb_next
    closing = error.name or ""
    if closing in modules:
        modules = modules[modules.index(closing) :]
    return [*modules, closing] if closing else modules
