from flask import Flask


def create_app(enabled=True):
    if not enabled:
        return None
    app = Flask(__name__)
    app.config["ENABLED"] = enabled
    return app
