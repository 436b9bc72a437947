from flask import Flask


def create_app(app: Flask) -> None:
    app.config["A"] = 1
