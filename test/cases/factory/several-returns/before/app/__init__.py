from flask import Flask


def create_app(stage="full"):
    app = Flask(__name__)
    if stage == "bare":
        return app

    @app.get("/ping")
    def ping():
        return "pong"

    for name in ("a", "b"):
        if stage == name:
            app.config["STAGE"] = name
            return app
    app.config["STAGE"] = stage
    return app
