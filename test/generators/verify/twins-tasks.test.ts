import { testTwins } from "./support/twin.ts";

const factory = "shop/__init__.py";
const tasks = "shop/tasks.py";
const call = "            with app.app_context():\n                return self.run(*args, **kwargs)\n";
const plainDatabase = `from sqlalchemy import Column, Integer, String, create_engine
from sqlalchemy.orm import declarative_base, scoped_session, sessionmaker

Base = declarative_base()


class db:
    session = None

    @staticmethod
    def init_app(app):
        engine.dispose()


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    state = Column(String(20))


engine = create_engine("sqlite:///shop.db")
Session = scoped_session(sessionmaker(bind=engine))
db.session = Session
`;

testTwins("broken tasks", [
  {
    name: "task module is not discovered",
    red: "tasks-registered",
    files: { "shop/reports.py": "from celery import shared_task\n\n\n@shared_task\ndef monthly():\n    return 1\n" },
    at: ["shop/reports.py", "def monthly"],
    says: /does not import shop\.reports/,
  },
  {
    name: "two tasks with one name",
    red: "tasks-registered",
    patch: [
      [tasks, "@shared_task\ndef ship", '@shared_task(name="shop.work")\ndef ship'],
      [
        tasks,
        "@shared_task(bind=True, ignore_result=False)",
        '@shared_task(name="shop.work", bind=True, ignore_result=False)',
      ],
    ],
    says: /shop\.work is used twice/,
  },
  {
    name: "worker imports a module that does not exist",
    red: "tasks-registered",
    patch: [["shop/config.py", '"accept_content"', '"include": ["shop.nothing"],\n        "accept_content"']],
    says: /shop\.nothing/,
  },
  {
    name: "async def task",
    red: "tasks-not-async",
    patch: [[tasks, "def ship(", "async def ship("]],
    at: [tasks, "async def ship"],
  },
  {
    name: "a task with a hard limit below everybody's soft one",
    red: "time-limits",
    patch: [
      ["shop/config.py", '"accept_content"', '"task_soft_time_limit": 240,\n        "accept_content"'],
      [tasks, "@shared_task\ndef ship", "@shared_task(time_limit=60)\ndef ship"],
    ],
    at: [tasks, "def ship"],
    says: /soft time limit is 240 s, its hard one 60 s/,
  },
  {
    name: "a periodic entry for a task that does not exist",
    red: "named-tasks",
    patch: [
      [
        "shop/config.py",
        '"accept_content"',
        '"beat_schedule": {"nightly": {"task": "shop.tasks.shop", "schedule": 60}},\n        "accept_content"',
      ],
    ],
    at: ["shop/config.py", "nightly"],
    says: /there is no such task \(did you mean shop\.tasks\.ship\?\)/,
  },
  {
    name: "a periodic entry without an argument that its task needs",
    red: "named-tasks",
    patch: [
      [
        "shop/config.py",
        '"accept_content"',
        '"beat_schedule": {"nightly": {"task": "shop.tasks.ship", "schedule": 60}},\n        "accept_content"',
      ],
    ],
    says: /missing 1 required positional argument/,
  },
  {
    name: "a periodic entry whose schedule beat can't read",
    red: "named-tasks",
    patch: [
      [
        "shop/config.py",
        '"accept_content"',
        '"beat_schedule": {"nightly": {"task": "shop.tasks.ship", "args": [1], "schedule": "daily"}},\n        "accept_content"',
      ],
    ],
    says: /the periodic entry 'nightly' for shop\.tasks\.ship can't be sent/,
  },
  {
    name: "a queue for a task that does not exist",
    red: "named-tasks",
    patch: [
      [
        "shop/config.py",
        '"accept_content"',
        '"task_routes": {"shop.*": {"queue": "shop"}, "shop.tasks.gone": {"queue": "slow"}},\n        "accept_content"',
      ],
    ],
    says: /task_routes has a queue for shop\.tasks\.gone/,
  },
  {
    name: "results in a database whose migrations drop them",
    red: "result-tables",
    patch: [
      ["shop/config.py", "redis://localhost:6379/1", "db+sqlite:///shop.db"],
      ["shop/database.py", "db = SQLAlchemy()", "db = SQLAlchemy()\nmigrate = Migrate()"],
      ["shop/database.py", "from flask_sqlalchemy", "from flask_migrate import Migrate\nfrom flask_sqlalchemy"],
      [
        factory,
        "import db\n\n    db.init_app(app)",
        "import db, migrate\n\n    db.init_app(app)\n    migrate.init_app(app, db)",
      ],
    ],
    at: ["shop/database.py", "Migrate()"],
    says: /would drop celery_taskmeta/,
  },
  {
    name: "worker can't start",
    red: "worker-starts",
    patch: [
      ["shop/config.py", '"accept_content"', '"worker_consumer": "shop.nothing:Consumer",\n        "accept_content"'],
    ],
    says: /shop\.nothing/,
  },
  {
    name: "task without context",
    red: "app-context",
    patch: [[factory, call, "            return self.run(*args, **kwargs)\n"]],
    at: [factory, "def __call__"],
    says: /without an application context/,
  },
  {
    name: "one context for all tasks",
    red: "app-context",
    patch: [
      [factory, call, "            return self.run(*args, **kwargs)\n"],
      ["make_celery.py", "celery_app =", "flask_app.app_context().push()\ncelery_app ="],
    ],
    says: /one shared context/,
  },
  {
    name: "one task has a base class without context",
    red: "app-context",
    patch: [
      [tasks, "@shared_task\ndef ship", "@shared_task(base=Task)\ndef ship"],
      [tasks, "import shared_task", "import Task, shared_task"],
    ],
    at: [tasks, "@shared_task(base=Task)"],
    says: /shop\.tasks\.ship/,
  },
  {
    name: "session is not removed",
    red: "database-session",
    files: { "shop/database.py": plainDatabase },
    at: ["shop/database.py", "scoped_session("],
    says: /still open/,
  },
  {
    name: "failure is swallowed",
    red: "failure-reaches-caller",
    patch: [
      [
        factory,
        call,
        "            with app.app_context():\n                try:\n                    return self.run(*args, **kwargs)\n                except ValueError:\n                    return None\n",
      ],
    ],
    at: [factory, "def __call__"],
    says: /looks like a success/,
  },
  {
    name: "result is lost",
    red: "sample-task",
    patch: [[factory, "return self.run(", "self.run("]],
    at: [factory, "def __call__"],
    says: /gave None/,
  },
  {
    name: "example task does not return its argument",
    red: "sample-task",
    patch: [[tasks, "    return arg\n", "    return 1\n"]],
    says: /gave 1 instead of its argument/,
  },
  {
    name: "the task class runs tasks in a thread, where their request is lost",
    red: "task-retries",
    patch: [
      [
        factory,
        call,
        `            from concurrent.futures import ThreadPoolExecutor

            def run():
                with app.app_context():
                    return self.run(*args, **kwargs)

            with ThreadPoolExecutor(1) as pool:
                return pool.submit(run).result()
`,
      ],
    ],
    at: [factory, "def __call__"],
  },
]);
