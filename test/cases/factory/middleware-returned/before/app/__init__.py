from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware


def create_app():
    app = Flask(__name__)
    app.config["A"] = 1
    return DispatcherMiddleware(app, {})
