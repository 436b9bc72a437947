from flask import Flask


def create_app(apps=()):
    app = Flask(__name__)
    app.config["NAMES"] = [app.name for app in apps]
    app.config["SORTED"] = sorted(apps, key=lambda app: app.name)
    app.config["MAP"] = {app: 1 for app in apps}
    return app
