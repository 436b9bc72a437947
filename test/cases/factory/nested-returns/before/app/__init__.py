from flask import Flask, jsonify


def create_app():
    app = Flask(__name__)
    pick = lambda value: value or app.name

    @app.route("/")
    def index():
        if pick(None):
            return "found"
        return "nothing"

    class Helper:
        def who(self):
            return app

        @property
        def twice(self):
            return app, app

    @app.errorhandler(404)
    def missing(error):
        def body():
            return {"error": str(error)}

        return jsonify(body()), 404

    app.extensions["helper"] = Helper()
    return app
