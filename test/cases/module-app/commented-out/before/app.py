"""app = Flask("docstring")"""
from flask import Flask

# app = Flask("old")
TEXT = "app = Flask(__name__)"
app = Flask(__name__)
app.config["TEXT"] = TEXT


@app.get("/")
def index():
    """web = Flask("inner")"""
    return TEXT
