from flask import Flask

from config import config as Config


def create_app(config="default"):
    app = Flask(__name__)
    name = config if isinstance(config, str) else "default"
    app.config.from_object(Config[name])
    return app
