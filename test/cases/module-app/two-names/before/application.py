from flask import Flask

app = application = Flask(__name__)
app.config["A"] = 1


@app.get("/")
def index():
    return "x"
