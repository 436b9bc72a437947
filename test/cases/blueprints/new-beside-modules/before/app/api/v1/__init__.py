from flask import Blueprint

api_bp = Blueprint("api", __name__)


@api_bp.get("/api")
def api():
    return "api"
