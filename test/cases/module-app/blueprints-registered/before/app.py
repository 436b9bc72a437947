from flask import Flask

from pages import bp

app = Flask(__name__)
app.config["A"] = 1

app.register_blueprint(bp)
