from flask import Flask

from app.database import close


def create_app():
    app = Flask(__name__)
    app.teardown_appcontext(close)
    return app
