from flask import Flask

try:
    app = Flask(__name__)
except OSError:
    raise SystemExit(1)
app.config["A"] = 1


@app.get("/")
def index():
    return "x"
