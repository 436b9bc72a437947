from flask import Flask


def create_app():
    app = Flask(__name__)
    try:
        app.config.from_envvar("SHOP_SETTINGS")
        return app
    except RuntimeError as error:
        app.logger.warning("defaults: %s", error)
    finally:
        app.logger.debug("done")
    return app
