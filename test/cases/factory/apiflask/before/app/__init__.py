from apiflask import APIFlask


def create_app():
    app = APIFlask(__name__, title="Pets")
    app.config["DESCRIPTION"] = "all pets"
    return app
