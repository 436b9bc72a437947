from flask import Flask
import configparser


def create_app():
    app = Flask(__name__)
    parser = configparser.ConfigParser()
    parser.read("config.ini")
    app.config["TOKEN"] = parser["bot"]["token"]
    return app
