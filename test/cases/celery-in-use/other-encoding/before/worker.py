# -*- coding: koi8-r -*-
"""Очередь."""
from celery import Celery

celery = Celery("shop")
