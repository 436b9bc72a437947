from hello import app


@app.errorhandler(404)
def missing(error):
    return "no", 404
