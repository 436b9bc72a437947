from flask import Blueprint, Flask


def create_app():
    app = Flask(__name__)
    api = Blueprint("api", __name__)

    @api.route("/health")
    def health():
        return "ok"

    app.register_blueprint(api)
    return app
