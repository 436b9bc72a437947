from flask import Flask

from app import user
from app.pages.routes import pages


def create_app():
    app = Flask(__name__)
    app.register_blueprint(user.views.blueprint)
    app.register_blueprint(pages)
    return app
