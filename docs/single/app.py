from flask import Flask

app = Flask(__name__)
app.config["CURRENCY"] = "EUR"


@app.get("/")
def index():
    return {"currency": app.config["CURRENCY"]}


if __name__ == "__main__":
    app.run()
