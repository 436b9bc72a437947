"""The worker's entry: celery -A make_celery worker --loglevel INFO"""

import sys
from pathlib import Path

from celery import Celery
from dotenv import load_dotenv

# The celery command takes this folder off the import path again; tasks import later too.
sys.path.append(str(Path(__file__).resolve().parent))


def make_celery() -> Celery:
    """Make the app as its own entry point does; a global `app` would mislead Celery."""
    # Before the app is imported, which may read the environment then.
    load_dotenv()
    from app import create_app

    flask_app = create_app()
    celery: Celery = flask_app.extensions["celery"]
    return celery


celery_app = make_celery()
