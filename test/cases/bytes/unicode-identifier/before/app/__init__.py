"""Web."""
from flask import Flask


def create_app():
    größe = Flask(__name__)
    if größe.debug:
        größe.config["A"] = 1
    return größe
