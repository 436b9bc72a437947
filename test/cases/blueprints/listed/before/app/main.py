from flask import Flask

from app.views import views


def create_app():
    app = Flask(__name__)
    for view in views:
        app.register_blueprint(view)
    return app
