"""The worker's entry: celery -A make_celery worker --loglevel INFO"""

import sys
from pathlib import Path

from celery import Celery

# The celery command takes this folder off the import path again; tasks import later too.
sys.path.append(str(Path(__file__).resolve().parent))


def make_celery() -> Celery:
    """Make the app as its own entry point does; a global `app` would mislead Celery."""
    from celery.app import app_or_default

    from app import create_app

    create_app()
    # celery_init_app() has made this app's Celery the default one.
    celery: Celery = app_or_default()
    return celery


celery_app = make_celery()
