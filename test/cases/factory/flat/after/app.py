import os

from flask import Flask

from celery_app import celery_init_app
from db import connect
from views import bp


def create_app(db_url=None):
    app = Flask(__name__)
    app.config["DB"] = db_url or os.getenv("DATABASE_URL", "sqlite:///x.db")
    connect(app)
    app.register_blueprint(bp)

    celery_init_app(app)
    return app
