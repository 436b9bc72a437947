import { testTwins } from "./support/twin.ts";

const repository = [
  ["init", "-q"],
  ["add", "-A"],
] as const;

testTwins("broken files", [
  {
    name: ".env is tracked",
    red: "env-files",
    files: { ".env": "FLASK_DEBUG=1\n" },
    git: [...repository, ["add", "-f", ".env"]],
    at: [".env", "FLASK_DEBUG"],
  },
  {
    name: ".env is not ignored",
    red: "env-files",
    patch: [[".gitignore", ".env*\n!.env.example\n", ""]],
    git: repository,
    at: [".gitignore", ".venv/"],
  },
  {
    name: ".env.example holds a real value",
    red: "env-files",
    patch: [[".env.example", "change-me", "f3b1c09a77de4d21aa50b1f4c8e2d6b9"]],
    git: repository,
    at: [".env.example", "SECRET_KEY"],
  },
  {
    name: "URL with a password",
    red: "no-credentials",
    patch: [["shop/config.py", "redis://localhost:6379/1", "redis://:hunter2@cache.example.com:6379/1"]],
    git: repository,
    at: ["shop/config.py", "hunter2"],
  },
  {
    name: "URL with a password, URL-encoded",
    red: "no-credentials",
    files: { "deploy/worker.yml": "env:\n  BROKER: redis%3A%2F%2F%3Ahunter2%40cache.example.com%3A6379\n" },
    git: repository,
    at: ["deploy/worker.yml", "hunter2"],
  },
  {
    name: "password in an f-string",
    red: "no-credentials",
    patch: [
      [
        "shop/tasks.py",
        "@shared_task\n",
        'HOST = "cache"\nBROKER = f"amqp://shop:hunter2@{HOST}:5672//"\n\n\n@shared_task\n',
      ],
    ],
    git: repository,
    at: ["shop/tasks.py", "hunter2"],
  },
  {
    name: "password in a dict",
    red: "no-credentials",
    patch: [
      [
        "shop/tasks.py",
        "@shared_task\n",
        'REDIS = {"host": "cache", "port": 6379, "password": "hunter2"}\n\n\n@shared_task\n',
      ],
    ],
    git: repository,
    at: ["shop/tasks.py", "hunter2"],
  },
  {
    name: "password in a default argument",
    red: "no-credentials",
    patch: [
      [
        "shop/tasks.py",
        "@shared_task\n",
        'def connect(host="cache", password="hunter2"):\n    return host, password\n\n\n@shared_task\n',
      ],
    ],
    git: repository,
    at: ["shop/tasks.py", "hunter2"],
  },
  {
    name: "password as the fallback of an environment variable",
    red: "no-credentials",
    patch: [
      [
        "shop/config.py",
        "    CELERY = {",
        '    REDIS_PASSWORD = os.environ.get("REDIS_PASSWORD", "hunter2")\n    CELERY = {',
      ],
    ],
    git: repository,
    at: ["shop/config.py", "hunter2"],
  },
  {
    name: "nothing says how to start a worker",
    red: "worker-documented",
    patch: [["README.md", "    celery -A make_celery worker --loglevel INFO\n", ""]],
  },
  {
    name: "a worker is documented that can't be started",
    red: "worker-documented",
    patch: [["README.md", "-A make_celery", "-A shop.celery_worker"]],
    at: ["README.md", "celery -A"],
    says: /shop\.celery_worker/,
    does: /^Write: celery -A make_celery worker$/,
  },
  {
    name: "the documented command names a package in which Celery is not found",
    red: "documented-command",
    files: { Procfile: "worker: celery -A shop worker\n" },
    at: ["Procfile", "celery -A shop"],
    says: /`celery -A shop worker` fails: AttributeError: module 'shop' has no attribute 'celery'/,
    does: /^Write: celery -A make_celery worker$/,
  },
  {
    name: "the documented command finds a Flask application",
    red: "documented-command",
    files: {
      "deploy/worker.service": "[Service]\nExecStart=celery -A serve worker\n",
      "serve.py": "from shop import create_app\n\nif __name__ != '__main__':\n    app = create_app()\n",
    },
    at: ["deploy/worker.service", "celery -A serve"],
    says: /finds a Flask, which is not a Celery application/,
  },
  {
    name: "the only documented command names a package in which Celery is not found",
    red: "documented-command",
    patch: [
      ["README.md", "-A make_celery", "-A shop"],
      ["make_celery.py", 'celery_app = flask_app.extensions["celery"]\n', ""],
      ["make_celery.py", "flask_app =", "other ="],
    ],
    at: ["README.md", "celery -A shop"],
    does: /^Bind the Celery application to the name celery_app in shop\/__init__\.py/,
  },
  {
    name: "the documented command names a module that breaks",
    red: "documented-command",
    files: { Procfile: "worker: celery -A tasks_entry worker\n", "tasks_entry.py": "import nothing_like_that\n" },
    at: ["Procfile", "tasks_entry"],
    says: /No module named 'nothing_like_that'/,
  },
]);
