"""Runs a factory under stub modules, before and after the edit, over many branch inputs, and compares what happened."""

from __future__ import annotations

import contextlib
import itertools
import random
import sys
import types

FLAGS = 8
SCENARIOS = 24


class Stub:
    """Stands for anything that is not looked at."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.arguments = args

    def __call__(self, *args: object, **kwargs: object) -> object:
        return args[0] if len(args) == 1 and callable(args[0]) else self

    def __getattr__(self, name: str) -> "Stub":
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub()


class World:
    """One run: which flags are set, what was recorded. The stubs below write into the world of the moment."""

    now: "World"

    def __init__(self, bits: tuple[bool, ...]) -> None:
        self.bits = bits
        self.trace: list[tuple] = []
        self.inits: list[object] = []
        self.bad_inits: list[str] = []
        self.apps: list[object] = []
        self.turns: dict[int, int] = {}
        self.late: list[int] = []
        World.now = self

    def number(self, app: object) -> int:
        return next((index for index, other in enumerate(self.apps) if other is app), -1)

    def reachable(self, value: object, depth: int = 0) -> list:
        if depth > 4:
            return []
        if isinstance(value, Flask):
            return [value]
        if isinstance(value, (Middleware, Wsgi)):
            return self.reachable(value.app, depth + 1)
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, (tuple, list, set)):
            return [app for item in value for app in self.reachable(item, depth + 1)]
        return []

    def shape(self, value: object, depth: int = 0) -> object:
        if depth > 4:
            return "deep"
        if isinstance(value, Flask):
            return ("flask", self.number(value))
        if isinstance(value, (Middleware, Wsgi)):
            return (type(value).__name__, self.shape(value.app, depth + 1))
        if isinstance(value, dict):
            return {key: self.shape(item, depth + 1) for key, item in value.items()}
        if isinstance(value, (tuple, list)):
            return [type(value).__name__, *(self.shape(item, depth + 1) for item in value)]
        return repr(value) if value is None or isinstance(value, (int, str, bool)) else type(value).__name__


def flag(number: int) -> bool:
    World.now.trace.append(("flag", number))
    return World.now.bits[number % FLAGS]


def boom(number: int) -> int:
    World.now.trace.append(("boom", number))
    if World.now.bits[number % FLAGS]:
        raise ValueError(number)
    return number


def more(number: int) -> bool:
    turns = World.now.turns
    turns[number] = turns.get(number, 0) + 1
    return World.now.bits[number % FLAGS] and turns[number] % 3 != 0


def mark(number: object) -> object:
    World.now.trace.append(("mark", repr(number) if isinstance(number, (int, str)) else type(number).__name__))
    return number


def traced(function):  # noqa: ANN001, ANN201
    return function


class Config(dict):
    def __init__(self, owner: object) -> None:
        self.owner = owner

    def __setitem__(self, key: str, value: object) -> None:
        world = World.now
        world.trace.append(("config", world.number(self.owner), key))
        if any(app is self.owner for app in world.inits):
            world.late.append(world.number(self.owner))
        super().__setitem__(key, value)


class Wsgi:
    def __init__(self, app: object) -> None:
        self.app = app


class Middleware:
    def __init__(self, app: object, *args: object) -> None:
        self.app = app
        self.config: dict = {}


class Flask:
    def __init__(self, import_name: str = "", **options: object) -> None:
        World.now.apps.append(self)
        World.now.trace.append(("flask", len(World.now.apps)))
        self.import_name, self.name = import_name, import_name
        self.config, self.extensions = Config(self), {}
        self.debug = self.testing = False
        self.wsgi_app: object = Wsgi(self)
        self.logger = self.jinja_env = self.cli = Stub()

    @contextlib.contextmanager
    def app_context(self):  # noqa: ANN201
        World.now.trace.append(("enter", World.now.number(self)))
        yield self
        World.now.trace.append(("exit", World.now.number(self)))

    test_request_context = app_context

    def route(self, *args: object, **kwargs: object):  # noqa: ANN201
        return lambda function: function

    get = post = errorhandler = route

    def before_request(self, function: object) -> object:
        return function

    def register_blueprint(self, blueprint: object, **options: object) -> None:
        World.now.trace.append(("blueprint", World.now.number(self)))


def celery_init_app(app: object) -> Stub:
    if not isinstance(app, Flask):
        World.now.bad_inits.append(type(app).__name__)
    World.now.inits.append(app)
    return Stub()


def make(name: str, **names: object) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(names)
    return module


STUBS = {
    "flask": make("flask", Flask=Flask, Blueprint=Stub, jsonify=Stub(), request=Stub(), current_app=Stub(), g=Stub()),
    "world": make(
        "world", flag=flag, boom=boom, more=more, mark=mark, traced=traced, Middleware=Middleware, suppress=contextlib.suppress, Stub=Stub
    ),
    "celery_app": make("celery_app", celery_init_app=celery_init_app),
    "app.celery_app": make("app.celery_app", celery_init_app=celery_init_app),
}


def play(code: types.CodeType, path: str, factory: str, arguments: str, bits: tuple[bool, ...]) -> dict:
    """Imports the program afresh and calls its factory twice."""
    world = World(bits)
    parts = path.removesuffix(".py").split("/")
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    module = types.ModuleType(name)
    module.__package__ = name if is_package else name.rpartition(".")[0]
    module.__file__ = path
    if is_package:
        module.__path__ = []
    mine = {**STUBS, name: module}
    if module.__package__ and module.__package__ != name:
        parent = types.ModuleType(module.__package__)
        parent.__path__ = []
        mine[module.__package__] = parent
    saved = {key: sys.modules.get(key) for key in mine}
    sys.modules.update(mine)
    calls: list[dict] = []
    try:
        try:
            exec(code, module.__dict__)  # noqa: S102  our own generated program
        except Exception as error:
            return {"calls": [], "trace": world.trace, "broken": repr(error), "world": world}
        function = module
        for part in factory.split("."):
            function = getattr(function, part)
        for _ in range(2):
            first = len(world.inits)
            world.late.clear()
            try:
                value = eval(f"__f__({arguments})", {"__f__": function})  # noqa: S307
                calls.append({"outcome": ["return", world.shape(value)], "apps": world.reachable(value), "inits": world.inits[first:], "late": list(world.late)})
            except Exception as error:
                calls.append({"outcome": ["raise", type(error).__name__, str(error)], "apps": [], "inits": world.inits[first:], "late": []})
    finally:
        for key, value in saved.items():
            if value is None:
                sys.modules.pop(key, None)
            else:
                sys.modules[key] = value
    return {"calls": calls, "trace": world.trace, "broken": None, "world": world}


def scenarios() -> list[tuple[bool, ...]]:
    everything = list(itertools.product((False, True), repeat=FLAGS))
    fixed = [everything[0], everything[-1], *(tuple(index == bit for index in range(FLAGS)) for bit in range(FLAGS))]
    return fixed + random.Random(7).sample(everything, SCENARIOS - len(fixed))


ALL_SCENARIOS = scenarios()


def compare(before: bytes, after: bytes, path: str, factory: str, arguments: str) -> dict:
    old_code, new_code = compile(before, path, "exec"), compile(after, path, "exec")
    answer: dict = {"problems": [], "notes": [], "runs": 0, "initialised": 0}

    def problem(text: str) -> None:
        if text not in answer["problems"]:
            answer["problems"].append(text)

    for bits in ALL_SCENARIOS:
        old, new = (play(code, path, factory, arguments, bits) for code in (old_code, new_code))
        answer["runs"] += 1
        world = new["world"]
        where = "flags " + "".join("01"[bit] for bit in bits)
        if old["broken"] != new["broken"]:
            problem(f"{where}: import gave {old['broken']} before, {new['broken']} after")
            continue
        for kind in world.bad_inits:
            problem(f"{where}: celery_init_app was given a {kind}")
        if old["trace"] != new["trace"]:
            problem(f"{where}: the program does something else than before")
        seen: list[object] = []
        for number, (was, now) in enumerate(zip(old["calls"], new["calls"]), 1):
            if was["outcome"] != now["outcome"]:
                problem(f"{where}, call {number}: {was['outcome']} became {now['outcome']}")
            for app in {id(app): app for app in now["apps"]}.values():
                count = sum(other is app for other in now["inits"])
                known = any(other is app for other in seen)
                if count > 1 or (count == 0 and not known):
                    problem(f"{where}, call {number}: the returned app was initialised {count} times")
                answer["initialised"] += count
                if world.number(app) in now["late"]:
                    problem(f"{where}, call {number}: the app is configured after celery_init_app")
            strangers = [app for app in now["inits"] if not any(app is mine for mine in now["apps"])]
            if strangers and now["apps"]:
                problem(f"{where}, call {number}: an app that is not returned was initialised")
            elif strangers:
                answer["notes"].append(f"{where}, call {number}: initialised, then {now['outcome'][0]} of something else")
            seen += now["inits"]
    return answer
