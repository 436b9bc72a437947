from flask import Flask
from flask_wtf.csrf import CSRFProtect

from .celery_app import celery_init_app
from .users.routes import bp

csrf = CSRFProtect()


def create_app():
    app = Flask(__name__)
    app.config["CELERY"] = {"broker_url": "redis://localhost:6379/0", "result_backend": "redis://localhost:6379/1"}
    csrf.init_app(app)
    app.register_blueprint(bp)
    celery_init_app(app)
    return app
