from flask import Flask


def create_app(kind=None):
    if kind == "other":
        from vendor import build

        return build()
    app = Flask(__name__)
    return app
