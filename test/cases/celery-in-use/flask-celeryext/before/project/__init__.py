from flask import Flask
from flask_celeryext import FlaskCeleryExt

from project.celery_utils import make_celery

ext_celery = FlaskCeleryExt(create_celery_app=make_celery)


def create_app():
    app = Flask(__name__)
    ext_celery.init_app(app)
    return app
