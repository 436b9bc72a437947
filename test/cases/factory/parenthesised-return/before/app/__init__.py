from flask import Flask


def create_app():
    app = Flask(__name__)
    if app.debug:
        return (app)
    return (app), 1
