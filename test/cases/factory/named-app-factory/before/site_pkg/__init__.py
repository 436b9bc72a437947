from flask import Flask


def app_factory():
    web = Flask(__name__)
    web.config["KIND"] = "app_factory"
    return web
