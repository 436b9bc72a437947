from flask import Flask as Web


def create_app():
    app = Web(__name__)
    return app
