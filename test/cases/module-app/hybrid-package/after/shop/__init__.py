from flask import Flask

from . import views
from .celery_app import celery_init_app

app = Flask(__name__)


def create_app():
    views.register(app)
    app.config.setdefault(
        "CELERY",
        {
            # Local servers; CELERY_BROKER_URL and CELERY_RESULT_BACKEND come first.
            "broker_url": "redis://localhost:6379/0",
            "result_backend": "redis://localhost:6379/1",
        },
    )
    celery_init_app(app)
    return app
