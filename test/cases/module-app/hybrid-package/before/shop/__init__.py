from flask import Flask

from . import views

app = Flask(__name__)


def create_app():
    views.register(app)
    return app
