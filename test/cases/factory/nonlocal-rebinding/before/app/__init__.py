from flask import Flask


def create_app(kind=None):
    app = Flask(__name__)

    def swap():
        nonlocal app
        app = None

    swap()
    return app
