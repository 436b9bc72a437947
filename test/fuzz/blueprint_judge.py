"""Starts applications in copies of one warm process and calls their routes, one JSON object a line in each direction.

A question: {"root", "requests": [{"method", "url"}]}. The answer: {"error"} or, for each request, the status that nobody and
a user get, with the Location where there is one.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import traceback
from typing import Any

import apiflask  # noqa: F401 - warm
import celery.app.amqp  # noqa: F401
import flask_jwt_extended
import flask_login  # noqa: F401
import flask_openapi3  # noqa: F401
import flask_restx  # noqa: F401
import flask_smorest  # noqa: F401
import kombu.transport.memory  # noqa: F401

SECONDS = 10


def call(question: dict[str, Any]) -> dict[str, Any]:
    os.chdir(question["root"])
    sys.path.insert(0, question["root"])
    sys.dont_write_bytecode = True
    app = importlib.import_module("app").app
    with app.app_context():
        token = flask_jwt_extended.create_access_token(identity="ann")
    user = {"X-User": "ann", "Authorization": f"Bearer {token}"}
    client = app.test_client()
    answers = []
    for request in question["requests"]:
        send = getattr(client, request["method"].lower())
        given = {"json": {"record_id": 1}} if request["method"] == "POST" else {}
        nobody = send(request["url"], **given)
        known = send(request["url"], headers=user, **given)
        location = known.headers.get("Location")
        answer = {"nobody": nobody.status_code, "user": known.status_code}
        if location:
            answer["location"] = {
                "nobody": client.get(location).status_code,
                "user": client.get(location, headers=user).status_code,
            }
        answers.append(answer)
    return {"answers": answers}


def in_a_copy(question: dict[str, Any]) -> dict[str, Any]:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        try:
            answer = call(question)
        except BaseException:
            answer = {"error": traceback.format_exc(limit=-3)}
        with os.fdopen(write, "w") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {"error": "it ended without an answer"}


for line in sys.stdin:
    print(json.dumps(in_a_copy(json.loads(line))), flush=True)
