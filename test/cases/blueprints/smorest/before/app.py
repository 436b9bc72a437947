from flask import Flask
from flask_smorest import Api

from resources.item import blp as ItemBlueprint
from resources.store import blp as StoreBlueprint


def create_app():
    app = Flask(__name__)
    app.config["API_TITLE"] = "Stores"
    app.config[
        "API_VERSION"
    ] = "v1"
    app.config["OPENAPI_VERSION"] = "3.0.3"
    api = Api(app)

    api.register_blueprint(ItemBlueprint)
    api.register_blueprint(StoreBlueprint)

    return app
