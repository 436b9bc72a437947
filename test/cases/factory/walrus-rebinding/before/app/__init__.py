from flask import Flask


def create_app(kind=None):
    app = Flask(__name__)
    if kind and (app := kind()):
        print(app)
    return app
