"""Imports a generated application, then runs its tasks in an in-process worker and reads their state over HTTP.

Argument: a JSON object with `modules`, `tasks` and `application`. Prints `imported` and `ran` for what went well.
"""

import importlib
import json
import re
import sys
import time
import warnings
from contextlib import ExitStack

given = json.loads(sys.argv[1])
sys.path.insert(0, "")

# What third parties do is theirs; a line of ours that uses something deprecated is an error.
ours = "(?:" + "|".join(re.escape(name) for name in given["modules"]) + r")\Z"
for category in (DeprecationWarning, PendingDeprecationWarning):
    warnings.filterwarnings("error", category=category, module=ours)

for name in given["modules"]:
    # A second application in this process would become Celery's default; the last one made is what counts.
    importlib.import_module(name)
scope = {}
exec(given["application"], scope)
app = scope["app"]
print("imported", flush=True)

from celery.contrib.testing.worker import start_worker

celery = app.extensions["celery"]
client = app.test_client()


def until_done(url, state_of):
    for _ in range(200):
        answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code, answer.data)
        if state_of(answer.json) == "SUCCESS":
            return answer.json
        time.sleep(0.05)
    raise AssertionError("no SUCCESS at " + url + ": " + repr(answer.json))


with ExitStack() as stack:
    stack.enter_context(start_worker(celery, pool="solo", perform_ping_check=False))
    example = celery.tasks[given["tasks"] + ".example_task"]
    result = example.delay("hello")
    assert result.get(timeout=20) == "hello"

    failed = celery.send_task(example.name)
    assert isinstance(failed.get(timeout=20, propagate=False), TypeError)

    # Where there is a status endpoint, the route's Location is its signed link.
    app.config["TASK_STATUS_OPEN"] = True
    if "shop.orders.tasks" in given["modules"]:
        sent = client.post("/orders/send_receipt", json={"record_id": 7})
        assert sent.status_code == 202, (sent.status_code, sent.data)
        until_done(sent.headers["Location"], lambda shown: shown["state"])
        assert client.post("/orders/send_receipt", json={}).status_code == 400

    status = [name for name in given["modules"] if name.endswith("task_status")]
    if status:
        module = importlib.import_module(status[0])
        with app.test_request_context():
            url = module.task_url(result)
        shown = until_done(url, lambda shown: shown["state"])
        assert shown["result"] == "hello", shown
        assert client.get(url + "x").status_code == 404
        page = client.get(url, headers={"Accept": "text/html"})
        assert page.status_code == 200, page.status_code
print("ran", flush=True)
