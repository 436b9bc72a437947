from flask import Flask

from .filters import bold

app = Flask(__name__)
app.jinja_env.filters["bold"] = bold


@app.route("/")
def index():
    return "x"
