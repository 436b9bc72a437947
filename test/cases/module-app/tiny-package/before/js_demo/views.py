from js_demo import app


@app.route("/")
def index():
    return "x"
