class Config:
    TESTING = False
    CELERY = {
        # Local servers; CELERY_BROKER_URL and CELERY_RESULT_BACKEND come first.
        "broker_url": "redis://localhost:6379/0",
        "result_backend": "redis://localhost:6379/1",
    }


class Production(Config):
    pass


config = {"default": Config, "production": Production}
