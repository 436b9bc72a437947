from flask import Flask

from store import items

app = Flask(__name__)
app.config["A"] = 1


@app.get("/")
def index():
    return {"items": items()}
