from flask import Flask


def create_app(kind=None):
    app = Flask(__name__)
    with open(kind) as app:
        print(app.read())
    return app
