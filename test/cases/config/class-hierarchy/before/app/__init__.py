from flask import Flask

from config import Production


def create_app(config_class=Production):
    app = Flask(__name__)
    app.config.from_object(config_class)
    return app
