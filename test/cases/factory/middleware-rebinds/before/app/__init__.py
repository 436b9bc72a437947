from flask import Flask


class Prefix:
    def __init__(self, wsgi, prefix):
        self.wsgi, self.prefix = wsgi, prefix

    def __call__(self, environ, start_response):
        environ["SCRIPT_NAME"] = self.prefix
        return self.wsgi(environ, start_response)


def create_app():
    app = Flask(__name__)
    app.config["A"] = 1
    app = Prefix(app, "/shop")
    return app
