from flask_restx import Namespace

ns = Namespace("cats", description="all cats")
