from flask import Flask

_app = None


def create_app():
    global _app
    if _app is not None:
        return _app
    _app = Flask(__name__)
    _app.config["TITLE"] = "Guarded"
    return _app
