from app.queue import NotifyCelery

notify_celery = NotifyCelery()


def create_app(application):
    application.config["CELERY"] = {"broker_url": "sqs://"}
    notify_celery.init_app(application)
    return application
