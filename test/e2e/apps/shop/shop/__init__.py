"""A small shop."""

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from .config import CONFIGS

db = SQLAlchemy()


def create_app(config_name: str) -> Flask:
    """Make the application; `config_name` is a key of CONFIGS."""
    app = Flask(__name__)
    app.config.from_object(CONFIGS[config_name])
    db.init_app(app)

    with app.app_context():
        from .catalog import bp as catalog_bp
        from .orders.views import orders

        app.register_blueprint(catalog_bp)
        app.register_blueprint(orders, url_prefix="/orders")
        db.create_all()
        return app
