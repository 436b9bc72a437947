from flask import Flask


def create_app(config="app.config.Config"):
    app = Flask(__name__)
    with app.app_context():
        app.config.from_object(config)
        app.jinja_env.globals["site"] = "Club"

        from app import views

        app.register_blueprint(views.bp)
        return app
