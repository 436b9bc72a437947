from flask import Flask


def create_app(kind="web"):
    app = Flask(__name__)
    match kind:
        case "bare":
            return app
        case "web" | "api":
            app.config["KIND"] = kind
        case _:
            raise ValueError(kind)
    return app
