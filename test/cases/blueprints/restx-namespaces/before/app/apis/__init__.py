from flask_restx import Api

from .cats import ns as cats
from .dogs import ns as dogs

api = Api(title="Zoo")
api.add_namespace(cats)
api.add_namespace(dogs, path="/dogs")
