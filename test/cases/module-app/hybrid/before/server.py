from flask import Flask

app = Flask(__name__)
app.config["A"] = 1


def create_app():
    @app.get("/late")
    def late():
        return "late"

    return app


if __name__ == "__main__":
    create_app().run()
