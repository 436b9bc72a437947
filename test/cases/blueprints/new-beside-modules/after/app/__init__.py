from flask import Flask

from .celery_app import celery_init_app


def create_app():
    app = Flask(__name__)
    app.config["CELERY"] = {"broker_url": "redis://localhost:6379/0", "result_backend": "redis://localhost:6379/1"}

    from .api.v1 import api_bp
    app.register_blueprint(api_bp)

    from .blueprints.auth import auth_bp
    app.register_blueprint(auth_bp)

    from .blueprints.blog import blog_bp
    app.register_blueprint(blog_bp)

    from .blueprints.reports import reports_bp
    app.register_blueprint(reports_bp)

    celery_init_app(app)
    return app
