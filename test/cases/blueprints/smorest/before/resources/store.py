from flask_smorest import Blueprint

blp = Blueprint("stores", "stores", description="Stores")
