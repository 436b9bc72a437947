from flask import Blueprint

bp = Blueprint('users', __name__)


@bp.route('/')
def index():
    """Who is there."""
    return 'nobody'
