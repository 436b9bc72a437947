from flask import Flask


def create_app(config="app.cfg"):
    try:
        app = Flask(__name__)
        app.config.from_pyfile(config)
    except FileNotFoundError:
        app = Flask(__name__)
        app.config["FALLBACK"] = True
    return app
