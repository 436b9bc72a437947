from flask import Flask

app = Flask(__name__)
app.config["EARLY"] = True


def create_app():
    app.config["LATE"] = True

    from app import views

    app.register_blueprint(views.bp)
    return app
