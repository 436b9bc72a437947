from gevent import monkey

monkey.patch_all()

import os

from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "dev")


@app.get("/")
def index():
    return "hello"
