from flask import Flask


def create_app(kind=None):
    app = Flask(__name__)
    app = object() if kind else app
    return app
