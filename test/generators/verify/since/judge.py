"""Sends with one revision and runs with another: for each pair of folders, what becomes of the messages.

Reads [[before, after], ...] and prints [[problem, ...], ...] as JSON. Each side runs in a process of its own.
"""

import importlib
import json
import os
import sys

import celery  # noqa: F401 - once, for all the processes


def send(folder):
    """The messages of every `send…` function of shop.web, with what their task gives back here."""
    sys.path.insert(0, folder)
    from shop.worker import app

    messages = []

    def record(name, args=None, kwargs=None, task_type=None, **options):
        routed = app.amqp.router.route(dict(options), name, args, kwargs)
        queue = routed.get("queue")
        args, kwargs = json.loads(json.dumps([list(args or ()), dict(kwargs or {})]))
        messages.append(
            {
                "name": name,
                "args": args,
                "kwargs": kwargs,
                "queue": getattr(queue, "name", queue) or app.conf.task_default_queue,
                "serializer": options.get("serializer") or app.conf.task_serializer,
            }
        )

    app.send_task = record
    web = importlib.import_module("shop.web")
    app.finalize()
    for name in sorted(vars(web)):
        if name.startswith("send"):
            getattr(web, name)()
    for message in messages:
        message["result"] = app.tasks[message["name"]](*message["args"], **message["kwargs"])
    return messages


def receive(folder, messages):
    sys.path.insert(0, folder)
    from shop.worker import app

    importlib.import_module("shop.tasks")
    app.finalize()
    problems = []
    for message in messages:
        task = app.tasks.get(message["name"])
        if task is None:
            problems.append("unknown task")
        elif message["serializer"] not in app.conf.accept_content:
            problems.append("refused content")
        elif message["queue"] not in app.amqp.queues.consume_from:
            problems.append("nobody consumes the queue")
        else:
            try:
                result = task(*message["args"], **message["kwargs"])
            except TypeError as error:
                problems.append(str(error))
                continue
            sent = [*message["args"], *message["kwargs"].values()]
            before = {key: value for key, value in (message["result"] or {}).items() if value in sent}
            # A renamed parameter keeps its value.
            values = list((result or {}).values())
            problems += [f"{key} has moved" for key in before if key in (result or {}) and result[key] != before[key]]
            problems += [f"{key} is lost" for key in before if key not in (result or {}) and before[key] not in values]
    return problems


def apart(work, *args):
    """The result of a function that runs in a child."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.dup2(2, 1)
        with os.fdopen(writing, "w") as stream:
            json.dump(work(*args), stream)
            stream.flush()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    os.waitpid(child, 0)
    return json.loads(text)


if __name__ == "__main__":
    print(json.dumps([apart(receive, after, apart(send, before)) for before, after in json.load(sys.stdin)]))
