from flask import Flask

from project.settings import TITLE


def create_app():
    app = Flask(__name__)
    app.config["TITLE"] = TITLE
    return app
