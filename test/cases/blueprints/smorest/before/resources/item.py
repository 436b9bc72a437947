from flask_smorest import Blueprint

blp = Blueprint("items", __name__, description="Items")
