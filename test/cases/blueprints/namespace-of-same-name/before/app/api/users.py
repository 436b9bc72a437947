from flask_restx import Namespace, Resource

users_namespace = Namespace('users')


@users_namespace.route('')
class Users(Resource):
    def get(self):
        return []
