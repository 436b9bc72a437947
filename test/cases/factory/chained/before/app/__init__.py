from flask import Flask


def make_app():
    app = Flask(__name__)
    return app


def init_app(app):
    app.config["READY"] = True
    return app


def run_app():
    return init_app(make_app())
