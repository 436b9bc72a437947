from flask import Flask


def create_app():
    app = Flask(__name__)
    try:
        app.config.from_envvar("SHOP")
    except RuntimeError as app:
        print(app)
        app = Flask("plain")
    return app
