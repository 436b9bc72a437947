import os


class Config:
    SECRET_KEY = os.environ.get("SECRET_KEY", "dev")
    LOG_TO_STDOUT = True
