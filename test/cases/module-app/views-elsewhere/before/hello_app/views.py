from hello_app import app


@app.route("/")
def home():
    return "home"
