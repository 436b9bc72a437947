from flask import Flask


def create_app(application: Flask) -> Flask:
    application.config["NAME"] = "handed in"
    application.config.from_prefixed_env()
    return application
