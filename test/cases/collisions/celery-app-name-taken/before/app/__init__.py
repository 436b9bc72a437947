from flask import Flask

celery_init_app = None


def create_app():
    app = Flask(__name__)
    return app
