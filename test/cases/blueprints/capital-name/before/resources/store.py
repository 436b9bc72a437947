from flask_smorest import Blueprint

blp = Blueprint("Stores", __name__, description="Operations on stores")
