from flask import Flask


def make_app():
    web = Flask(__name__)
    web.config["KIND"] = "make_app"
    return web
