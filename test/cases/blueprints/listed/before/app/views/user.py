from flask import Blueprint

user_views = Blueprint("user_views", __name__)
