from flask import Flask
from models import User, db


def create_app():
    app = Flask(__name__)
    db.init_app(app)
    with app.app_context():
        db.session.query(User).count()
    return app
