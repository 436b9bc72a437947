import os

basedir = os.path.abspath(os.path.dirname(__file__))


class Config:
    """Shared."""

    SECRET_KEY = os.environ.get("SECRET_KEY") or "dev"
    CELERY = {
        # Local servers; CELERY_BROKER_URL and CELERY_RESULT_BACKEND come first.
        "broker_url": "redis://localhost:6379/0",
        "result_backend": "redis://localhost:6379/1",
    }

    @staticmethod
    def init_app(app):
        pass


class Production(Config):
    DEBUG = False


class Testing(Config):
    TESTING = True
