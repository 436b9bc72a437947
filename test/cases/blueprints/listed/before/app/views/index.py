from flask import Blueprint

index_views = Blueprint("index_views", __name__)
