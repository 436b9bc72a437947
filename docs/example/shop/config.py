import os


class Config:
    SECRET_KEY = os.environ.get("SECRET_KEY", "dev")
    CURRENCY = "EUR"


class TestConfig(Config):
    TESTING = True
