import flask


def create_app():
    app = flask.Flask(import_name=__name__, template_folder="pages")
    return app
