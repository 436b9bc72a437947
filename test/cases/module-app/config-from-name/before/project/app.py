from flask import Flask

DATABASE = "shop.db"
SECRET_KEY = "change_me"

app = Flask(__name__)
app.config.from_object(__name__)
LATE = "not configuration"

from project import models  # noqa: E402,F401


@app.route("/")
def index():
    return "x"
