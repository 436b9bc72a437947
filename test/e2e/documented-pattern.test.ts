/** blueprint-task on the Celery of Flask's documentation, which looks for no tasks: the worker knows the new ones all the same. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { writeTree } from "../support/temp.ts";
import { apply, runIn } from "./project.ts";

const root = writeTree({
  "requirements.txt": "flask\ncelery\n",
  "shop/celery_app.py": `from celery import Celery, Task


def celery_init_app(app):
    class FlaskTask(Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)

    celery_app = Celery(app.name, task_cls=FlaskTask)
    celery_app.config_from_object(app.config["CELERY"])
    celery_app.set_default()
    app.extensions["celery"] = celery_app
    return celery_app
`,
  "shop/__init__.py": `from flask import Flask

from .celery_app import celery_init_app


def create_app():
    app = Flask(__name__)
    app.config["CELERY"] = {"broker_url": "memory://", "result_backend": "cache+memory://"}
    from .users import bp

    app.register_blueprint(bp)
    celery_init_app(app)
    return app
`,
  "shop/users/__init__.py": "from .routes import bp as bp\n",
  "shop/users/routes.py": 'from flask import Blueprint\n\nbp = Blueprint("users", __name__)\n',
});

test("tasks without a route are registered, in a blueprint that was there and in a new one", async () => {
  await apply(root, "blueprint-task", "--blueprint", "users", "--task", "greet");
  await apply(root, "blueprint-task", "--blueprint", "users", "--task", "say_goodbye");
  await apply(root, "blueprint-task", "--blueprint", "mails", "--task", "send_mail");
  const names = "print(sorted(n for n in create_app().extensions['celery'].tasks if n.startswith('shop')))";
  const { code, stdout, stderr } = await runIn(root, ["python", "-c", `from shop import create_app; ${names}`]);
  assert.equal(code, 0, stderr);
  assert.equal(
    stdout.trim(),
    "['shop.mails.tasks.send_mail', 'shop.users.tasks.greet', 'shop.users.tasks.say_goodbye']",
  );
  const { code: lint, stdout: found } = await runIn(root, ["ruff", "check", "--extend-select", "I", "."]);
  assert.equal(lint, 0, found);
});

test.run();
