from celery import Celery


class NotifyCelery(Celery):
    def init_app(self, app):
        super().__init__(task_cls=self.task_cls)
        self.config_from_object(app.config["CELERY"])
