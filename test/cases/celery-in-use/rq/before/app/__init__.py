from flask import Flask
from redis import Redis
from rq import Queue


def create_app():
    app = Flask(__name__)
    app.redis = Redis.from_url("redis://")
    app.task_queue = Queue("shop-tasks", connection=app.redis)
    return app
