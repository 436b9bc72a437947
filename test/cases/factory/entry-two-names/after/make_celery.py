"""The worker's entry: celery -A make_celery worker --loglevel INFO"""

import sys
from pathlib import Path

from celery import Celery

# The celery command takes this folder off the import path again; tasks import later too.
sys.path.append(str(Path(__file__).resolve().parent))


def make_celery() -> Celery:
    """Make the app as its own entry point does; a global `app` would mislead Celery."""
    from flask.helpers import get_debug_flag

    from shop.app import create_app
    from shop.settings import Dev, Prod

    flask_app = create_app(Dev if get_debug_flag() else Prod)
    celery: Celery = flask_app.extensions["celery"]
    return celery


celery_app = make_celery()
