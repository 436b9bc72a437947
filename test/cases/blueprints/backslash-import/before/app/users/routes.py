from flask import Blueprint, render_template, \
    abort

bp = Blueprint("users", __name__)


@bp.get("/users")
def users():
    abort(404)
    return render_template("users.html")
