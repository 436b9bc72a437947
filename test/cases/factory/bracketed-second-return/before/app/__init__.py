from flask import Flask


def create_app(kind=None):
    app = Flask(__name__)
    if kind == "bare":
        return app
    app.config["KIND"] = kind
    return (
        # the app
        app
    )
