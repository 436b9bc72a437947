import os

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__, static_folder="static")

if "WEBSITE_HOSTNAME" not in os.environ:
    app.config.from_object("azure_conf.development")
else:
    app.config.from_object("azure_conf.production")

app.config.update(
    SQLALCHEMY_DATABASE_URI=app.config.get("DATABASE_URI"),
    SQLALCHEMY_TRACK_MODIFICATIONS=False,
)

db = SQLAlchemy(app)

from models import Place  # noqa: E402


@app.route("/")
def index():
    return {"places": Place.count}
