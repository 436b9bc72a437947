"""The app module, containing the app factory function."""
from flask import Flask

from shop import public
from shop.celery_app import celery_init_app
from shop.extensions import cache
from shop.settings import Prod


def create_app(config_object=Prod):
    """Create the application."""
    app = Flask(__name__.split(".")[0])
    app.config.from_object(config_object)
    register_extensions(app)
    register_blueprints(app)
    celery_init_app(app)
    return app


def register_extensions(app):
    cache.init_app(app)


def register_blueprints(app):
    app.register_blueprint(public.bp)
