"""The pattern of https://flask.palletsprojects.com/en/stable/patterns/celery/, written anew."""

import os

from celery import Celery, Task, shared_task
from celery.result import AsyncResult
from flask import Flask, request


def celery_init_app(app):
    class FlaskTask(Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)

    celery = Celery(app.name, task_cls=FlaskTask)
    celery.config_from_object(app.config["CELERY"])
    celery.set_default()
    app.extensions["celery"] = celery
    return celery


@shared_task(name="bench.add", ignore_result=True)
def bench_add(first, second):
    return first + second


@shared_task(ignore_result=False)
def add_together(a, b):
    return a + b


flask_app = Flask(__name__)
url = os.environ["CELERY_BROKER_URL"]
flask_app.config["SECRET_KEY"] = "dev"
flask_app.config["CELERY"] = {"broker_url": url, "result_backend": url, "task_ignore_result": True}
celery_app = celery_init_app(flask_app)


@flask_app.post("/add")
def start_add():
    a = request.form.get("a", type=int)
    b = request.form.get("b", type=int)
    return {"result_id": add_together.delay(a, b).id}


@flask_app.get("/result/<id>")
def task_result(id):
    result = AsyncResult(id)
    ready = result.ready()
    return {
        "ready": ready,
        "successful": result.successful() if ready else None,
        "value": result.get() if ready else result.result,
    }
