"""Web."""
from flask import Flask


def create_app():
    app = Flask(__name__)
    if app.debug:
        app.config["A"] = f'{app.name!r:>{10}} {"x"}' r'\n' '''
    return app
'''
    return app
