from flask import Flask

from app.settings import settings


def create_app():
    app = Flask(__name__)
    app.config.from_mapping(settings.model_dump())
    return app
