from flask import Flask


def create_app(kind=None):
    app = Flask(__name__)
    first, *app = kind or (1, 2)
    return app
