import os

from flask import Flask, render_template

application = Flask(__name__)
application.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "dev")
application.config.update(PAGE=10)


@application.route("/")
def index():
    return "hello"


if __name__ == "__main__":
    application.run(debug=True)
