from flask import Flask


def create_app():
    app = Flask(__name__)
    from app.users import bp as users_bp

    app.register_blueprint(users_bp, url_prefix="/users")
    from app.orders import bp as orders_bp

    app.register_blueprint(orders_bp)
    return app
