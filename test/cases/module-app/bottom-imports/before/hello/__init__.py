# -*- coding: utf-8 -*-
from flask import Flask

app = Flask("hello")
app.config.from_pyfile("settings.py")
app.jinja_env.trim_blocks = True

from hello import views, errors  # noqa: E402,F401
