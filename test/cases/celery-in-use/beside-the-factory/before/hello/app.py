from celery import Celery, Task
from flask import Flask


def create_celery_app(app=None):
    app = app or create_app()

    class FlaskTask(Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)

    celery = Celery(app.import_name, task_cls=FlaskTask)
    celery.conf.update(app.config.get("CELERY_CONFIG", {}))
    celery.set_default()
    app.extensions["celery"] = celery
    return celery


def create_app(settings_override=None):
    app = Flask(__name__)
    app.config.update(settings_override or {})
    return app


celery_app = create_celery_app()
