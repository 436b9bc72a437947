from flask import Blueprint

auth_bp = Blueprint("auth", __name__)


@auth_bp.get("/auth")
def auth():
    return "auth"
