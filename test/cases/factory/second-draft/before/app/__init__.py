from flask import Flask


def create_app(kind=None):
    app = Flask("draft")
    app = Flask(__name__)
    return app
