from flask import Flask

from app.celery_app import celery_init_app


def create_app(config="app.config.Config"):
    app = Flask(__name__)
    with app.app_context():
        app.config.from_object(config)
        app.jinja_env.globals["site"] = "Club"

        from app import views

        app.register_blueprint(views.bp)
        celery_init_app(app)
        return app
