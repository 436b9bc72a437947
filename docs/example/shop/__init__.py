"""A small shop."""

from flask import Flask


def create_app(config="shop.config.Config"):
    app = Flask(__name__)
    app.config.from_object(config)

    from .orders import bp

    app.register_blueprint(bp)
    return app
