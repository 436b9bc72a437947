"""The worker's entry: celery -A make_celery worker --loglevel INFO"""

from celery import Celery
from dotenv import load_dotenv


def make_celery() -> Celery:
    """Make the app as its own entry point does; a global `app` would mislead Celery."""
    # Before the app is imported, which may read the environment then.
    load_dotenv()
    from shop import create_app

    flask_app = create_app()
    celery: Celery = flask_app.extensions["celery"]
    return celery


celery_app = make_celery()
