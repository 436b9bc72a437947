from flask import Flask
from flask_restx import Api

from app.api.users import users_namespace
from app.celery_app import celery_init_app
from app.users import users_bp


def create_app():
    app = Flask(__name__)
    app.config["CELERY"] = {"broker_url": "redis://localhost:6379/0", "result_backend": "redis://localhost:6379/1"}
    api = Api(app, prefix="/api")
    api.add_namespace(users_namespace, "/users")
    app.register_blueprint(users_bp)
    celery_init_app(app)
    return app
