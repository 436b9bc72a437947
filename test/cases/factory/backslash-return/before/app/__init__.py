from flask import Flask


def create_app(bare=True):
    app = Flask(__name__)
    if bare:
        return \
            app
    app.config["A"] = 1
    return app
