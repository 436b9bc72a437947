from flask import Flask


def build():
    web = Flask(__name__)
    web.config["KIND"] = "build"
    return web
