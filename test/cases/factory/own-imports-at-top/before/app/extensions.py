def login(app):
    app.extensions["login"] = True
