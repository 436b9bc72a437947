def connect(app):
    app.extensions["db"] = app.config["DB"]
