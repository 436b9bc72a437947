from flask import Flask


def create_app():
    cls = Flask
    app = cls(__name__)
    return app
