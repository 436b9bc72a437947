from flask import Blueprint, Flask

from .celery_app import celery_init_app


def create_app():
    app = Flask(__name__)
    app.config["CELERY"] = {"broker_url": "redis://localhost:6379/0", "result_backend": "redis://localhost:6379/1"}
    api = Blueprint("api", __name__)

    @api.get("/health")
    def health():
        return "ok"

    app.register_blueprint(api)
    celery_init_app(app)
    return app
