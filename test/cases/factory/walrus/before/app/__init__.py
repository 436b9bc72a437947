from flask import Flask


def create_app():
    if (app := Flask(__name__)).debug:
        app.config["A"] = 1
    return app
