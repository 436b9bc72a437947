from flask import Flask

from . import database, watch
from .config import Config


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.from_object(Config)
    watch.name_connections()
    # Makes the tables: from here on the pool of this process holds an open connection, which the worker's children inherit.
    database.prepare(app)
    return app
