from flask import Flask


def create_app(kind=None):
    app = Flask(__name__)
    if kind:
        class app:
            pass
    return app
