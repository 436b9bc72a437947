from flask import Blueprint

blog_bp = Blueprint("blog", __name__)


@blog_bp.get("/blog")
def blog():
    return "blog"
