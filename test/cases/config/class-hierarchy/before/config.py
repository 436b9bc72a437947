import os

basedir = os.path.abspath(os.path.dirname(__file__))


class Config:
    """Shared."""

    SECRET_KEY = os.environ.get("SECRET_KEY") or "dev"

    @staticmethod
    def init_app(app):
        pass


class Production(Config):
    DEBUG = False


class Testing(Config):
    TESTING = True
