from flask import Flask


def create_app(kind=None):
    app = Flask(__name__)
    if kind == "bare":
        return app
    for app in kind or ():
        print(app)
    return app
