import os


class Config:
    SECRET_KEY = "dev"
    SQLALCHEMY_DATABASE_URI = os.environ.get("DATABASE_URL", "sqlite:////tmp/ledger.db")
