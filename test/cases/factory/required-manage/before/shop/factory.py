from flask import Flask


def create_app(stage, verbose=False):
    app = Flask("shop")
    app.config["STAGE"] = stage
    return app
