"""Starts an application as the project itself does, in a process made for it, and gives the Flask application back.

`wsgi:app`, `shop:create_app('x')` and `shop` are read as gunicorn and `flask --app` read them; `run.py` is run as a script.
Nothing is served: `app.run()` and whatever opens a port end at the application that they were given.
"""

import ast
import importlib
import os
import runpy
import sys
from typing import Any, Optional


class Served(BaseException):
    """Raised where a port would be opened; no `except Exception` of the application hides it."""


class NoApplication(Exception):
    """The module was imported, and it holds no Flask application."""


class _Watch:
    def __init__(self) -> None:
        self.made: list = []
        self.served: Optional[Any] = None
        """What would have been served: the application, where it could be seen."""


def obtain(target: str) -> Any:
    """The Flask application that `target` names.

    A module (`make_celery`, `shop:create_app('x')`) or the path of a script (`run.py`), which is run as `__main__`.
    """
    watch = _Watch()
    _watch_made(watch)
    _keep_from_serving(watch)
    if target.endswith(".py"):
        return _run_script(target, watch)
    module_name, _, expression = target.partition(":")
    try:
        module = importlib.import_module(module_name)
    except Served:
        # `app.run()` or another server at the module's top level.
        return _of_served(watch)
    found = _evaluate(module, expression) if expression else _best_of(module, watch)
    app = _unwrap(found)
    if app is None:
        raise NoApplication(f"{target} is {_article(found)}, not a Flask application")
    return app


def _run_script(path: str, watch: _Watch) -> Any:
    folder = os.path.dirname(os.path.abspath(path))
    if sys.path[:1] != [folder]:
        sys.path.insert(0, folder)
    sys.argv = [path]
    scope: dict = {}
    try:
        scope = runpy.run_path(path, run_name="__main__")
    except Served:
        pass
    except SystemExit:
        # A command line that was not given a command.
        if watch.served is None:
            raise
    if watch.served is not None:
        return _of_served(watch)
    found = next((app for app in map(_unwrap, scope.values()) if app is not None), None)
    if found is None:
        raise NoApplication(f"{path} serves no Flask application")
    return found


def _of_served(watch: _Watch) -> Any:
    app = _unwrap(watch.served)
    if app is None and len(watch.made) == 1:
        app = watch.made[0]
    if app is None:
        raise NoApplication("a port was opened, and which application it serves could not be seen")
    return app


def _evaluate(module: Any, expression: str) -> Any:
    """`name`, `name.name` or a call with literal arguments, as gunicorn takes them."""
    tree = ast.parse(expression.strip(), mode="eval").body
    call = tree if isinstance(tree, ast.Call) else None
    value: Any = module
    for name in _dotted(call.func if call else tree):
        value = getattr(value, name)
    if call:
        args = [ast.literal_eval(one) for one in call.args]
        given = {one.arg: ast.literal_eval(one.value) for one in call.keywords if one.arg}
        return value(*args, **given)
    # `gunicorn "shop:create_app"` would not do, `flask --app shop:create_app` does.
    return value() if _unwrap(value) is None and _is_factory(value) else value


def _is_factory(value: Any) -> bool:
    return hasattr(value, "__code__")


def _dotted(node: ast.AST) -> list:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [*_dotted(node.value), node.attr]
    raise NoApplication("only a name or a call of a name can be started")


def _best_of(module: Any, watch: _Watch) -> Any:
    """As Flask finds it in a module; in a worker's entry the application that has its Celery."""
    values = list(vars(module).values())
    for name in ("app", "application", "flask_app"):
        if _unwrap(vars(module).get(name)) is not None:
            return vars(module)[name]
    flasks = {id(app): app for app in map(_unwrap, values) if app is not None}
    if len(flasks) == 1:
        return next(iter(flasks.values()))
    group = next((value for value in values if type(value).__name__ == "FlaskGroup"), None)
    if group is not None and getattr(group, "create_app", None):
        return group.create_app()
    for name in ("create_app", "make_app"):
        if _is_factory(vars(module).get(name)) and not flasks and not _has_celery(values):
            return vars(module)[name]()
    celeries = [_current(value) for value in values if _is_celery(value)]
    owners = [
        app for app in watch.made if any(_current(app.extensions.get("celery")) is one for one in celeries)
    ]
    if owners:
        return owners[-1]
    if watch.served is not None:
        return watch.served
    if celeries and watch.made:
        return watch.made[-1]
    if len(flasks) > 1:
        raise NoApplication(f"{module.__name__} holds {len(flasks)} Flask applications")
    raise NoApplication(f"{module.__name__} holds no Flask application")


def _has_celery(values: list) -> bool:
    return any(_is_celery(value) for value in values)


def _is_celery(value: Any) -> bool:
    celery = sys.modules.get("celery")
    return celery is not None and isinstance(_current(value), celery.Celery)


def _current(value: Any) -> Any:
    try:
        return value._get_current_object() if hasattr(type(value), "_get_current_object") else value
    except RuntimeError:
        return value


def _unwrap(value: Any) -> Any:
    """The Flask application itself, or the one inside WSGI middleware, a tuple or connexion's application; else None."""
    import flask

    for _ in range(8):
        if isinstance(value, flask.Flask):
            return value
        if isinstance(value, tuple):
            return next((app for app in map(_unwrap, value) if app is not None), None)
        if isinstance(value, type) or value is None:
            return None
        inner = getattr(value, "__dict__", {})
        value = next(
            (
                inner[name]
                for name in ("app", "application", "wsgi_app", "wsgi_application", "_app")
                if name in inner
            ),
            None,
        )
        # `app.wsgi_app = ProxyFix(app.wsgi_app)`: the method of the application.
        value = getattr(value, "__self__", value)
    return None


def _article(value: Any) -> str:
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _watch_made(watch: _Watch) -> None:
    import flask

    original = flask.Flask.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        watch.made.append(self)
        original(self, *args, **kwargs)

    flask.Flask.__init__ = init  # type: ignore[method-assign]


def _keep_from_serving(watch: _Watch) -> None:
    import flask

    def run(self: Any, *_: Any, **__: Any) -> None:
        # A module that serves on import goes on as if the server had ended.
        watch.served = watch.served or self

    flask.Flask.run = run  # type: ignore[method-assign]

    def hook(event: str, args: Any) -> None:
        if event != "socket.bind" or not isinstance(args[1], tuple):
            return
        if _port(args[1]) == 0:
            # A free port for a moment, as gevent and eventlet ask for when they look at what the machine can do.
            return
        watch.served = watch.served or _seen_in_stack()
        raise Served(f"a port would be opened: {args[1][1]}")

    sys.addaudithook(hook)


def _port(address: tuple) -> Any:
    return address[1] if len(address) > 1 else 0


def _seen_in_stack() -> Any:
    """The application that the innermost function between here and the project was given."""
    frame = sys._getframe(2)
    while frame is not None:
        for value in list(frame.f_locals.values()):
            if _unwrap(value) is not None:
                return value
        frame = frame.f_back  # type: ignore[assignment]
    return None
