from flask import Flask


def init_app():
    web = Flask(__name__)
    web.config["KIND"] = "init_app"
    return web
