import flask


class Base(flask.Flask):
    pass
