import flask

# old = flask.Blueprint("old", __name__)
shop = flask.Blueprint(name="shop", import_name=__name__)
