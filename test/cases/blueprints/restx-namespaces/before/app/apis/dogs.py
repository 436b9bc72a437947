from flask_restx import Namespace

ns = Namespace("dogs")
