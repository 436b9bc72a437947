from flask import Flask
from flask_smorest import Api

from celery_app import celery_init_app
from resources.mails import bp as mails_bp
from resources.store import blp as StoreBlueprint

app = Flask(__name__)
app.config["CELERY"] = {"broker_url": "redis://localhost:6379/0", "result_backend": "redis://localhost:6379/1"}
api = Api(app)
app.register_blueprint(mails_bp)
api.register_blueprint(StoreBlueprint)
celery_init_app(app)
