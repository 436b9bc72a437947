from flask import Flask


def create_app(kind=None):
    app = Flask(__name__)
    try:
        app = Flask("second")
        app.config.from_pyfile("x.cfg")
        return app
    except OSError:
        pass
    return app
