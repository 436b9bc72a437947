from celery import Celery, Task
from flask import Flask

from users import bp

app = Flask(__name__)


class ContextTask(Task):
    def __call__(self, *args, **kwargs):
        with app.app_context():
            return self.run(*args, **kwargs)


worker = Celery(app.name, broker="redis://localhost:6379/0", task_cls=ContextTask)
app.register_blueprint(bp)
