"""Salad."""

CELERY_STALKS = 3
