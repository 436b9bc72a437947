from flask import Flask


def create_app(apps=()):
    app = Flask(__name__)
    for app in apps:
        print(app)
    return app
