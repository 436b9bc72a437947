from flask import jsonify
from flask.typing import ResponseReturnValue

from . import bp


@bp.get("/")
def index() -> ResponseReturnValue:
    return jsonify(items=["apple", "pear"])
