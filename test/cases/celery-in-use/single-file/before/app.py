from celery import Celery
from flask import Flask, jsonify

app = Flask(__name__)
app.config["CELERY_BROKER_URL"] = "redis://localhost:6379/0"
celery = Celery(app.name, broker=app.config["CELERY_BROKER_URL"])
celery.conf.update(app.config)


@celery.task(bind=True)
def long_task(self):
    return 42


@app.route("/status/<task_id>")
def status(task_id):
    return jsonify(state=long_task.AsyncResult(task_id).state)
