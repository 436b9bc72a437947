from flask import Flask


def create_app(on=True):
    app = Flask(__name__)
    return app if on else None
