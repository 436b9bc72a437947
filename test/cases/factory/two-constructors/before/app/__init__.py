from flask import Flask


class Loud(Flask):
    pass


def create_app(loud=False):
    if loud:
        app = Loud(__name__)
    else:
        app = Flask(__name__, static_folder=None)
    app.config["LOUD"] = loud
    return app
