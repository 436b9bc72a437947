def create_app():
    from flask import Flask

    app = Flask(__name__)
    return app
