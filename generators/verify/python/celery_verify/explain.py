"""What an exception at start-up means, with the line of the project that it came from."""

from typing import Any

from .events import Failed, Placing


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
        if isinstance(error, ModuleNotFoundError) and error.name:
            return Failed(
                f"no module named {error.name!r} in this interpreter", request["installCommand"], place
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
    if isinstance(error, KeyError) and _last_module(error) == "os":
        return Failed(
            f"the environment variable {error} is not set",
            f"Set {error.args[0]} for this command, or load .env in the worker's entry.",
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


def _last_module(error: BaseException) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return str(frame.tb_frame.f_globals.get("__name__", "")) if frame else ""


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
