from flask import Flask

from app.celery_app import celery_init_app


def create_app():
    app = Flask(__name__)
    from app.users import bp as users_bp

    app.register_blueprint(users_bp, url_prefix="/users")
    from app.orders import bp as orders_bp

    app.register_blueprint(orders_bp)
    app.config.setdefault(
        "CELERY",
        {
            # Local servers; CELERY_BROKER_URL and CELERY_RESULT_BACKEND come first.
            "broker_url": "redis://localhost:6379/0",
            "result_backend": "redis://localhost:6379/1",
        },
    )
    celery_init_app(app)
    return app
