from flask_smorest import Blueprint

from resources.store_tasks import count_stores  # noqa: F401

blp = Blueprint("Stores", __name__, description="Operations on stores")
