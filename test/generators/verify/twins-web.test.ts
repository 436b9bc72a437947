/** Silent faults: everything else holds, and the worker has another application than the web. */
import { testTwins } from "./support/twin.ts";

const factory = "shop/__init__.py";
const entry = ["make_celery.py", "flask_app ="] as const;
const red = "same-application";
const production =
  "\n\nclass Production(Config):\n    TESTING = True\n    MAIL_PASSWORD = os.environ.get('MAIL_PASSWORD', '')\n";
const config = [
  "shop/config.py",
  '        "accept_content": ["json"],\n    }\n',
  `        "accept_content": ["json"],\n    }\n${production}`,
] as const;
const call = 'create_app("shop.config.Production")';
const says = /MAIL_PASSWORD is only on the web; config TESTING is True on the web and False in the worker/;
const at = [...entry] as [string, string];
const reports = `from flask import Blueprint

bp = Blueprint("reports", __name__, url_prefix="/reports")


@bp.get("/")
def index():
    return "reports"
`;
const outer = `import shop

from .reports import bp


def create_app():
    app = shop.create_app()
    app.register_blueprint(bp)
    return app
`;

testTwins("another application in the worker", [
  {
    name: "wsgi.py gives another configuration",
    red,
    at,
    patch: [config],
    files: { "wsgi.py": `from shop import create_app\n\napplication = ${call}\n` },
    says,
  },
  {
    name: "a Procfile gives another configuration",
    red,
    at,
    patch: [config],
    files: {
      Procfile: `web: gunicorn --workers 2 "shop:create_app('shop.config.Production')"\nworker: celery -A make_celery worker\n`,
    },
    says: /started as Procfile:1 says, .*TESTING/,
  },
  {
    name: "a Dockerfile gives another configuration",
    red,
    at,
    patch: [config],
    files: {
      Dockerfile: `FROM python:3.12\nRUN pip install gunicorn\nCMD ["gunicorn", "--bind", "0.0.0.0:8000", "server:app"]\n`,
      "server.py": `import shop\n\napp = shop.${call}\n`,
    },
    says: /started as Dockerfile:3 says, .*TESTING/,
  },
  {
    name: "a compose file gives another configuration, in a list",
    red,
    at,
    patch: [config],
    files: {
      "docker-compose.yml":
        "services:\n  web:\n    command:\n      - gunicorn\n      - -k\n      - gevent\n      - server:app\n",
      "server.py": `import shop\n\napp = shop.${call}\n`,
    },
    says: /TESTING/,
  },
  {
    name: "uwsgi.ini gives another configuration",
    red,
    at,
    patch: [config],
    files: {
      "deploy/uwsgi.ini": "[uwsgi]\nwsgi-file = server.py\ncallable = web\n",
      "server.py": `import shop\n\nweb = shop.${call}\n`,
    },
    says: /started as deploy\/uwsgi\.ini:2 says, .*TESTING/,
  },
  {
    name: "a systemd unit gives another configuration",
    red,
    at,
    patch: [config],
    files: {
      "deploy/shop.service":
        "[Service]\nWorkingDirectory=/opt/shop\nExecStart=/opt/shop/.venv/bin/gunicorn -w 4 server:app\n",
      "server.py": `import shop\n\napp = shop.${call}\n`,
    },
    says: /started as deploy\/shop\.service:3 says, .*TESTING/,
  },
  {
    name: "FLASK_APP in .flaskenv names an outer factory, which registers blueprints",
    red,
    at,
    files: {
      ".flaskenv": "FLASK_APP=web\n",
      "web/__init__.py": outer,
      "web/reports.py": reports,
    },
    says: /route \/reports\/ GET,HEAD,OPTIONS reports\.index is only on the web; blueprint reports is only on the web/,
  },
  {
    name: "flask --app in a tool table names an outer factory",
    red,
    at,
    files: {
      "pyproject.toml": '[tool.pdm.scripts]\nstart = "flask --app web.main:make run"\n',
      "web/__init__.py": "",
      "web/main.py": outer.replace("create_app():\n    app = shop", "make():\n    app = shop"),
      "web/reports.py": reports,
    },
    says: /started as pyproject\.toml:2 says, .*blueprint reports is only on the web/,
  },
  {
    name: "a script that serves on import has routes that the worker lacks",
    red,
    at,
    files: {
      "startup.py":
        "from shop import create_app\n\napp = create_app()\n\n\n@app.get('/late')\ndef late():\n    return 'late'\n\n\napp.run(port=8080)\n",
      Procfile: "web: python startup.py\n",
    },
    says: /started as Procfile:1 says, .*\/late/,
  },
  {
    name: "a script under if __name__ with computed arguments",
    red,
    at,
    patch: [config, ["README.md", "    flask --app shop run\n", ""]],
    files: {
      "run.py": `from shop import create_app\n\ntry:\n    settings = "shop.config." + "Production"\nexcept KeyError:\n    settings = None\n\nif __name__ == "__main__":\n    create_app(settings).run()\n`,
    },
    says: /started as run\.py:1 says, .*TESTING/,
  },
  {
    name: "the worker makes an application of its own",
    red,
    at: ["make_celery.py", 'flask_app = Flask("worker")'],
    patch: [
      [
        "make_celery.py",
        "from shop import create_app\n\nflask_app = create_app()",
        'from flask import Flask\n\nfrom shop import celery_init_app\nfrom shop.database import db\n\nflask_app = Flask("worker")\nflask_app.config.from_object("shop.config.Config")\ndb.init_app(flask_app)\ncelery_init_app(flask_app).autodiscover_tasks(["shop"])',
      ],
    ],
    says: /import name is shop on the web and worker in the worker; route \/orders/,
  },
  {
    name: "an extension that only wsgi.py adds",
    red,
    at,
    files: {
      "wsgi.py":
        'from flask_login import LoginManager\n\nfrom shop import create_app\n\napp = create_app()\nLoginManager(app)\napp.extensions["audit"] = True\n',
    },
    says: /extension audit is only on the web/,
  },
  {
    name: "settings that only the web reads from a file",
    red,
    at,
    files: {
      "wsgi.py": 'from shop import create_app\n\napp = create_app()\napp.config.from_pyfile("../production.cfg")\n',
      "production.cfg": 'SQLALCHEMY_DATABASE_URI = "postgresql://shop@db/shop"\n',
    },
    says: /SQLALCHEMY_DATABASE_URI has another value \(a str\)/,
  },
  {
    name: "another secret, which is not shown",
    red,
    at,
    files: {
      "wsgi.py":
        'from shop import create_app\n\napp = create_app()\napp.secret_key = "-".join(["not", "for", "you"])\n',
    },
    says: /^(?!.*not-for-you).*config SECRET_KEY has another value \(a str\)/,
  },
  {
    name: "another broker, in Flask's mapping",
    red,
    at,
    files: {
      "wsgi.py":
        'from shop import create_app\n\napp = create_app()\napp.config["CELERY"] = {**app.config["CELERY"], "broker_url": "redis://elsewhere:6379/0"}\n',
    },
    says: /: config CELERY\['broker_url'\] has another value \(a str\)$/,
  },
  {
    name: "a factory that knows the worker by its command line",
    red,
    at,
    patch: [
      [
        factory,
        "    app.config.from_object(config)\n",
        '    app.config.from_object(config)\n    import sys\n\n    app.config["READ_ONLY"] = "worker" in sys.argv\n',
      ],
    ],
    says: /config READ_ONLY is False on the web and True in the worker/,
  },
  {
    name: "the web's entry registers one blueprint more",
    red,
    at,
    files: {
      "wsgi.py":
        "from reports import bp\nfrom shop import create_app\n\napp = create_app()\napp.register_blueprint(bp)\n",
      "reports.py": reports,
    },
    says: /blueprint reports is only on the web/,
  },
  {
    name: "variables that only flask loads, from .flaskenv",
    red,
    at,
    patch: [
      [
        "shop/config.py",
        'os.environ.get("SECRET_KEY", "dev")',
        'os.environ.get("SECRET_KEY", "dev")\n    REGION = os.environ.get("SHOP_REGION")',
      ],
    ],
    files: { ".flaskenv": "FLASK_APP=shop\nSHOP_REGION=north\nFLASK_DEBUG=1\n" },
    says: /: config REGION is a str on the web and None in the worker$/,
  },
]);
