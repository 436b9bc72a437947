"""Use it like this:

    app = Flask(__name__)
    return app
"""
from flask import Flask

HELP = """
def create_app():
    app = Flask(__name__)
    return app
"""


def create_app():
    """Build it.

    return app
    """
    # app = Flask("old")
    app = Flask(__name__)
    app.config["HELP"] = "return app"
    """
    return app
    """
    # return app
    return app
    # return app
