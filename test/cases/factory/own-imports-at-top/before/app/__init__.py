import os

from app.extensions import login
from app.text import shorten
from flask import Flask

# Windows registries may say something else.
import mimetypes

mimetypes.add_type("text/css", ".css")


def create_app():
    app = Flask(__name__)
    app.config["TITLE"] = shorten(os.environ.get("TITLE", "Notes"))
    login(app)

    from .notes import bp

    app.register_blueprint(bp)
    return app
