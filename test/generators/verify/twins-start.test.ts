import { testTwins } from "./support/twin.ts";

const factory = "shop/__init__.py";

testTwins("broken at start-up", [
  {
    name: "circular import is named as such",
    red: "flask-starts",
    patch: [
      ["shop/orders.py", "from . import tasks", "from .tasks import ship as ship_task"],
      ["shop/tasks.py", "from .database", "from .orders import bp\nfrom .database"],
    ],
    at: ["shop/tasks.py", "from .orders import bp"],
    says: /circular import: shop\.orders → shop\.tasks → shop\.orders/,
  },
  {
    name: "factory needs an argument that the entry does not give",
    red: "flask-starts",
    patch: [[factory, 'def create_app(config="shop.config.Config")', "def create_app(config)"]],
    at: ["make_celery.py", "create_app()"],
    says: /missing 1 required positional argument: 'config'/,
  },
  {
    name: "environment variable that is not set",
    red: "flask-starts",
    patch: [["shop/config.py", 'os.environ.get("SECRET_KEY", "dev")', 'os.environ["SHOP_SECRET_KEY"]']],
    at: ["shop/config.py", "SHOP_SECRET_KEY"],
    says: /environment variable 'SHOP_SECRET_KEY' is not set/,
  },
  {
    name: "a program that ends because an environment variable is not set",
    red: "flask-starts",
    patch: [
      [
        "shop/config.py",
        "import os\n",
        'import os\nimport sys\n\nregion = os.environ.get("SHOP_REGION")\nif not region:\n    sys.exit("Please configure the region")\n',
      ],
    ],
    at: ["shop/config.py", "sys.exit"],
    says: /environment variable 'SHOP_REGION' is not set \(SystemExit: Please configure the region\)/,
    does: /^Set SHOP_REGION for this command/,
  },
  {
    name: "an error of its own that names an environment variable",
    red: "flask-starts",
    patch: [
      [
        "shop/config.py",
        "import os\n",
        'import os\n\n\ndef need(name):\n    value = os.getenv(name)\n    if value is None:\n        raise RuntimeError(f"{name} is not set")\n    return value\n\n\nif os.getenv("SHOP_REGION") is None:\n    raise RuntimeError("SHOP_REGION is needed")\n',
      ],
    ],
    at: ["shop/config.py", 'raise RuntimeError("SHOP'],
    says: /environment variable 'SHOP_REGION' is not set/,
    does: /^Set SHOP_REGION for this command/,
  },
  {
    name: "a part of a library that its version no longer has",
    red: "flask-starts",
    patch: [["shop/orders.py", "from flask", "from werkzeug.contrib.cache import SimpleCache\nfrom flask"]],
    at: ["shop/orders.py", "werkzeug.contrib"],
    says: /Werkzeug [\d.]+ has no werkzeug\.contrib/,
    does: /^Import what that version has instead/,
  },
  {
    name: "a module of the project that is imported by a path which does not lead there",
    red: "flask-starts",
    patch: [["shop/orders.py", "from . import tasks", "import database\nfrom . import tasks"]],
    at: ["shop/orders.py", "import database"],
    says: /no module named 'database': the project has shop\/database\.py/,
    does: /^Import it by the path/,
  },
  {
    name: "module that is not installed",
    red: "flask-starts",
    patch: [["shop/orders.py", "from flask", "import surely_not_installed\nfrom flask"]],
    at: ["shop/orders.py", "surely_not_installed"],
    says: /no module named 'surely_not_installed'/,
    does: /pip install -r requirements\.txt/,
  },
  {
    name: "syntax error in a module that is imported",
    red: "flask-starts",
    patch: [["shop/status.py", "def status(task_id):", "def status(task_id:"]],
    at: ["shop/status.py", "def status(task_id:"],
  },
  {
    name: "import that ends the process with sys.exit",
    red: "flask-starts",
    patch: [["shop/orders.py", "from . import tasks", "import sys\n\nsys.exit(3)\nfrom . import tasks"]],
    at: ["shop/orders.py", "sys.exit(3)"],
    says: /sys\.exit\(3\)/,
  },
  {
    name: "command line that is read when the application is made",
    red: "flask-starts",
    patch: [
      [
        "shop/orders.py",
        "from . import tasks",
        "import argparse\n\nargparse.ArgumentParser().parse_args()\nfrom . import tasks",
      ],
    ],
    at: ["shop/orders.py", "parse_args()"],
    says: /reads the command line/,
  },
  {
    name: "import that kills the process",
    red: "flask-starts",
    patch: [
      [
        "shop/orders.py",
        "from . import tasks",
        'import os\n\nprint("going down", flush=True)\nos._exit(4)\nfrom . import tasks',
      ],
    ],
    says: /exit code 4.*going down/,
  },
  {
    name: "import that hangs",
    red: "flask-starts",
    seconds: 4,
    patch: [[factory, "from celery", 'import time\n\nprint("waiting", flush=True)\ntime.sleep(600)\nfrom celery']],
    at: [factory, "time.sleep(600)"],
    says: /still running after 4 s.*waiting/,
  },
  {
    name: "start-up that needs a server",
    red: "flask-starts",
    patch: [
      [
        factory,
        "    celery_init_app(app)\n\n",
        '    celery_init_app(app)\n    import socket\n\n    socket.create_connection(("127.0.0.1", 5432))\n',
      ],
    ],
    at: [factory, "socket.create_connection"],
    says: /127\.0\.0\.1:5432.*kept off the network/,
  },
  {
    name: "Celery is not in app.extensions",
    red: "celery-initialised",
    patch: [[factory, '    app.extensions["celery"] = celery_app\n', ""]],
    at: ["make_celery.py", "extensions"],
  },
  {
    name: "Celery is not the default application",
    red: "celery-initialised",
    patch: [[factory, "    celery_app.set_default()\n", ""]],
    at: [factory, "Celery(app.name"],
    says: /default/,
  },
  {
    name: "celery -A finds a Flask application",
    red: "celery-initialised",
    patch: [
      ["make_celery.py", "flask_app = create_app()", "app = create_app()"],
      ["make_celery.py", "flask_app.ext", "app.ext"],
    ],
    at: ["make_celery.py", "from shop"],
    says: /finds a Flask/,
  },
  {
    name: "a second Celery application",
    red: "one-celery-app",
    patch: [["shop/tasks.py", "from .database", "from .mailer import send\nfrom .database"]],
    files: {
      "shop/mailer.py":
        'from celery import Celery\n\nmailer = Celery("mailer", set_as_current=False)\n\n\ndef send():\n    pass\n',
    },
    at: ["shop/mailer.py", "= Celery("],
  },
]);
