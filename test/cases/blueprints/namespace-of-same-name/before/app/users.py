from flask import Blueprint

users_bp = Blueprint('users', __name__)


@users_bp.get('/users')
def users():
    return 'users'
