"""The shop's web application."""
import logging
from logging.handlers import RotatingFileHandler

from flask import Flask

from app.celery_app import celery_init_app
from config import Config


def create_app(config_class=Config):
    app = Flask(__name__)
    app.config.from_object(config_class)

    from app.main import bp

    app.register_blueprint(bp)

    if not app.debug and not app.testing:
        if app.config["LOG_TO_STDOUT"]:
            handler = logging.StreamHandler()
            handler.setLevel(logging.INFO)
            app.logger.addHandler(handler)
        else:
            handler = RotatingFileHandler("shop.log", maxBytes=10240)
            app.logger.addHandler(handler)
        app.logger.info("shop starts")

    celery_init_app(app)
    return app


from app import models  # noqa: E402,F401
