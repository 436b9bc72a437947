import os


class Config:
    SECRET_KEY = os.environ.get("SECRET_KEY", "dev")
    LOG_TO_STDOUT = True
    CELERY = {
        # Local servers; CELERY_BROKER_URL and CELERY_RESULT_BACKEND come first.
        "broker_url": "redis://localhost:6379/0",
        "result_backend": "redis://localhost:6379/1",
    }
