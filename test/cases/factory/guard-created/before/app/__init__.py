from flask import Flask

app = Flask(__name__)
created = False


def create_app():
    global created
    if created:
        return app
    created = True
    app.config["TITLE"] = "Once"
    return app
