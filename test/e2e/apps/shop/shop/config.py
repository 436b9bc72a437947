import os


class Config:
    SECRET_KEY = os.environ.get("SECRET_KEY", "only for development")
    SQLALCHEMY_DATABASE_URI = os.environ.get("DATABASE_URL", "sqlite:///shop.db")


class Production(Config):
    SESSION_COOKIE_SECURE = True


class Testing(Config):
    TESTING = True
    SQLALCHEMY_DATABASE_URI = "sqlite://"


CONFIGS = {"production": Production, "testing": Testing}
