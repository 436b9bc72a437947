import flask

web: flask.Flask = flask.Flask(__name__)
web.config["A"] = 1


@web.get("/")
def index() -> str:
    return "x"
