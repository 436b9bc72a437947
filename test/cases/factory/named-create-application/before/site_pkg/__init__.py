from flask import Flask


def create_application():
    web = Flask(__name__)
    web.config["KIND"] = "create_application"
    return web
