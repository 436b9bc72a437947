# -*- coding: utf-8 -*-
from flask import Flask

from hello.celery_app import celery_init_app

app = Flask("hello")
app.config.from_pyfile("settings.py")
app.jinja_env.trim_blocks = True
celery_app = celery_init_app(app)

from hello import views, errors  # noqa: E402,F401
