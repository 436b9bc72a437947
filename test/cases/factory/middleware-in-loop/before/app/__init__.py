from flask import Flask


def create_app(kind=None):
    app = Flask(__name__)
    for layer in kind or ():
        app = layer(app)
    return app
