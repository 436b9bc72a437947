from flask import Flask


class Config:
    SECRET_KEY = "dev"


def create_app():
    app = Flask(__name__)
    app.config.from_object(Config)
    return app
