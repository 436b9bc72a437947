from gevent import monkey

monkey.patch_all()

import os

from flask import Flask

from celery_app import celery_init_app

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "dev")
celery_app = celery_init_app(app)


@app.get("/")
def index():
    return "hello"
