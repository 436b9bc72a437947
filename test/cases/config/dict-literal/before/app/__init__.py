from flask import Flask


def create_app():
    app = Flask(__name__)
    app.config.update({"A": 1, "B": {"c": 2}})
    return app
