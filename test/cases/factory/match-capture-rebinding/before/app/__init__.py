from flask import Flask


def create_app(kind=None):
    app = Flask(__name__)
    match kind:
        case {"app": app}:
            print(app)
    return app
