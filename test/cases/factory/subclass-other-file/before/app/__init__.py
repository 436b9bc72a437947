from .base import Base


def create_app():
    app = Base(__name__)
    return app
