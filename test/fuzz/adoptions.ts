/** Random Celery integrations as people have written them: where the object is made, how it is configured, who uses it. */
import fc from "fast-check";

/** One application with its integration. */
export interface OldApp {
  files: Record<string, string>;
  /** Behind `celery -A`. */
  entry: string;
}

const BROKER = "redis://broker.test:6379/3";
const RESULTS = "redis://results.test:6379/4";

const CONTEXT: readonly string[] = [
  `class ContextTask(celery.Task):
    def __call__(self, *args, **kwargs):
        with app.app_context():
            return self.run(*args, **kwargs)

celery.Task = ContextTask
`,
  `TaskBase = celery.Task

class ContextTask(TaskBase):
    abstract = True

    def __call__(self, *args, **kwargs):
        with app.app_context():
            return TaskBase.__call__(self, *args, **kwargs)

celery.Task = ContextTask
`,
  `class AppContextTask(celery.Task):
    """A task in the context of the application."""

    def __call__(self, *args, **kwargs):
        if has_app_context():
            return self.run(*args, **kwargs)
        with app.app_context():
            return self.run(*args, **kwargs)

celery.Task = AppContextTask
`,
];

/** Statements that configure `celery`; those with `app.config` need one. */
const SETTINGS: readonly { text: string; needs?: "app"; imports?: string }[] = [
  { text: "celery.conf.update(app.config)", needs: "app" },
  { text: 'celery.conf.update(app.config.get("CELERY_SETTINGS", {}))', needs: "app" },
  { text: 'celery.conf.timezone = "Europe/Vienna"' },
  { text: 'celery.conf["enable_utc"] = True' },
  { text: "celery.conf.CELERYD_PREFETCH_MULTIPLIER = 3" },
  { text: 'celery.conf.update(task_serializer="json", accept_content=["json", "yaml"])' },
  { text: 'celery.conf.update({"result_expires": 60 * 60, "worker_prefetch_multiplier": 2})' },
  { text: "celery.conf.update(\n    task_track_started=True,\n    task_time_limit=30 * 60,  # half an hour\n)" },
  { text: 'celery.conf.task_routes = {"shop.tasks.*": {"queue": "slow"}}' },
  { text: 'celery.conf.task_default_queue = "shop"' },
  {
    text: 'celery.conf.beat_schedule = {\n    "nightly": {\n        "task": "shop.tasks.first",\n        "schedule": crontab(hour=3, minute=0),\n        "args": (2,),\n    },\n}',
    imports: "from celery.schedules import crontab",
  },
  {
    text: '@celery.on_after_configure.connect\ndef plan(sender, **kwargs):\n    from {tasks} import first\n\n    sender.add_periodic_task(20.0, first.s(4), name="often")\n    sender.add_periodic_task(crontab(minute=5), first.s(2, factor=3), expires=9)',
    imports: "from celery.schedules import crontab",
  },
  { text: "celery.config_from_object(celeryconf)", imports: "from shop import celeryconf" },
  { text: 'celery.config_from_object("shop.celeryconf")' },
  { text: 'celery.autodiscover_tasks(["shop"])' },
  { text: "celery.set_default()" },
];

const DECORATORS = [
  "@celery.task",
  "@celery.task()",
  '@celery.task(name="shop.first")',
  "@celery.task(bind=True)",
  '@celery.task(bind=True, max_retries=7, rate_limit="5/m")',
  "@celery.task(acks_late=True)",
  "@shared_task",
];

const shape = fc.record({
  /** Where the object is made. */
  made: fc.constantFrom("package", "extensions", "maker", "maker-of-app", "configured", "flat"),
  args: fc.subarray(["broker", "backend", "include"] as const),
  from: fc.constantFrom("literal", "environ", "config", "class", "constant", "text"),
  settings: fc.subarray([...SETTINGS], { minLength: 0, maxLength: 4 }),
  context: fc.option(fc.constantFrom(...CONTEXT), { nil: null }),
  decorators: fc.array(fc.constantFrom(...DECORATORS), { minLength: 1, maxLength: 3 }),
  place: fc.constantFrom("tasks", "email", "jobs/send"),
  alias: fc.constantFrom("celery", "celery", "celery_app", "queue"),
  use: fc.constantFrom("none", "state", "send", "both"),
  flat: fc.boolean(),
  worker: fc.constantFrom("file", "file", "package"),
  push: fc.boolean(),
  command: fc.constantFrom("none", "Procfile", "docker-compose.yml", "README.md"),
  single: fc.boolean(),
  base: fc.boolean(),
  comment: fc.boolean(),
  relative: fc.boolean(),
  wsgi: fc.boolean(),
});

export type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

const indented = (text: string, by = "    ") => text.replace(/^(?=.)/gm, by);

/** What `broker=` and `backend=` are given. */
function urlOf(kind: "broker" | "backend", from: Shape["from"], hasApp: boolean): string {
  const key = kind === "broker" ? "CELERY_BROKER_URL" : "CELERY_RESULT_BACKEND";
  const url = kind === "broker" ? BROKER : RESULTS;
  if (from === "environ") return `os.environ.get("SHOP_${key}", "${url}")`;
  if (from === "config" && hasApp) return `app.config["${key}"]`;
  if (from === "class" || from === "config") return `Config.${key}`;
  if (from === "text") return kind === "broker" ? 'f"redis://{HOST}:6379/3"' : `"${url}"`;
  return from === "constant" ? kind.toUpperCase() : `"${url}"`;
}

/** The files of an integration of this shape. */
export function write(one: Shape): OldApp {
  const isFlat = one.made === "flat";
  const hasApp = one.made.startsWith("maker") || isFlat;
  const module = one.place.replace("/", ".");
  const tasksModule = isFlat ? "app" : `shop.${module}`;
  const args = one.args.map((name) =>
    name === "include" ? `include=["${isFlat ? "app" : tasksModule}"]` : `${name}=${urlOf(name, one.from, hasApp)}`,
  );
  // Without a broker in the constructor it comes from the configuration, or there is none.
  const construct = `celery = Celery(${[hasApp ? "app.import_name" : "__name__", ...args].join(", ")})`;
  const usable = one.settings.filter(({ needs }) => !needs || hasApp || one.made === "configured");
  const settings = isFlat ? usable.filter(({ text, imports }) => !/shop/.test(`${text}${imports}`)) : usable;
  const constants =
    {
      constant: `BROKER = "${BROKER}"\nBACKEND = "${RESULTS}"\n`,
      text: 'HOST = os.environ.get("SHOP_HOST", "broker.test")\n',
    }[one.from as string] ?? "";
  const imports = [
    "from celery import Celery",
    ...(one.from === "environ" || one.from === "text" ? ["import os"] : []),
    ...(one.from === "class" || one.from === "config"
      ? [`from ${isFlat ? "config" : "shop.config"} import Config`]
      : []),
    ...(one.context?.includes("has_app_context") ? ["from flask import has_app_context"] : []),
    ...settings.flatMap(({ imports }) => imports ?? []),
  ];
  const body = settings.map(({ text }) => text.replaceAll("{tasks}", tasksModule)).join("\n");
  const comment = one.comment ? "# The Celery object\n" : "";
  return isFlat
    ? flat(one, imports, constants, comment, construct, body)
    : packaged(one, imports, constants, comment, construct, body);
}

function taskText(one: Shape, decorators: readonly string[], name: string): string {
  return decorators
    .map((decorator, index) => {
      const self = decorator.includes("bind=True") ? "self, " : "";
      const named = decorator
        .replace("celery.", `${name}.`)
        .replace("shop.first", index ? `shop.other${index}` : "shop.first");
      const base = one.base && index === 0 && decorator === "@celery.task()" ? `@${name}.task(base=Counted)` : named;
      return `${base}\ndef ${index ? `task_${index}` : "first"}(${self}number, factor=2):\n    return [number * factor, has_app_context()]\n`;
    })
    .join("\n\n");
}

const FLASK_CONFIG = (one: Shape) => `class Config:
    SECRET_KEY = "not one of Celery's"
    CELERY_BROKER_URL = "${BROKER}"
    CELERY_RESULT_BACKEND = "${RESULTS}"
${one.flat ? '    CELERY_TASK_SERIALIZER = "json"\n    CELERY_TIMEZONE = "Asia/Tokyo"\n' : ""}    CELERY_SETTINGS = {"task_soft_time_limit": 17, "task_time_limit": 19}
`;

function useText(one: Shape, celery: string, route: string): string {
  const state = `\n\n${route}("/state/<id>")\ndef state(id):\n    return {"state": ${celery}.AsyncResult(id).state}\n`;
  const send = `\n\n${route}("/send")\ndef send():\n    return {"id": ${celery}.send_task("shop.first", (1,)).id}\n`;
  return `${one.use === "state" || one.use === "both" ? state : ""}${one.use === "send" || one.use === "both" ? send : ""}`;
}

function commands(one: Shape, entry: string): Record<string, string> {
  const texts: Record<string, string> = {
    Procfile: `web: gunicorn wsgi:app\nworker: celery -A ${entry} worker --loglevel=info\n`,
    "docker-compose.yml": `services:\n  worker:\n    command: celery worker -A ${entry} --loglevel=info\n`,
    "README.md": `# Shop\n\n    celery -A ${entry} worker\n`,
  };
  return one.command === "none" ? {} : { [one.command]: texts[one.command]! };
}

const COUNTED = (celery: string) => `class Counted(${celery}.Task):\n    max_retries = 9\n\n\n`;

function flat(
  one: Shape,
  imports: string[],
  constants: string,
  comment: string,
  construct: string,
  body: string,
): OldApp {
  const rename = (text: string) => text.replace(/\bcelery(?=\.|\s*=| =)(?!\.schedules)/g, one.alias);
  const shared = one.decorators.includes("@shared_task") ? "from celery import shared_task\n" : "";
  const app = `${imports.join("\n")}
from flask import Flask, has_app_context
from config import Config
${shared}
${constants}
app = Flask(__name__)
app.config.from_object(Config)

${comment}${rename(construct)}
${rename(body)}
${one.context ? `\n${rename(one.context).replace(`import ${one.alias}`, "import celery")}` : ""}

${one.base ? COUNTED(one.alias) : ""}${taskText(one, one.decorators, one.alias)}${useText(one, one.alias, "\n@app.route")}
${one.push ? '\n\nif __name__ == "__main__":\n    app.run()\n' : ""}`;
  const entry = `app.${one.alias}`;
  return {
    files: {
      "app.py": app,
      "config.py": FLASK_CONFIG(one),
      ...commands(one, entry),
      "requirements.txt": "flask\ncelery[redis]\n",
    },
    entry,
  };
}

function packaged(
  one: Shape,
  imports: string[],
  constants: string,
  comment: string,
  construct: string,
  body: string,
): OldApp {
  const home = one.made === "package" ? "shop/__init__.py" : "shop/extensions.py";
  const at = one.made === "package" ? "shop" : "shop.extensions";
  const from = one.made === "maker-of-app" ? "shop.worker" : one.made === "maker" ? "celery_worker" : at;
  const isMaker = one.made.startsWith("maker");
  const configured = one.made === "configured";
  const atHome = configured
    ? `${comment}${construct}\n\n\ndef init_celery(app, celery):\n${indented(`${body}\n${one.context ?? ""}\nreturn celery`)}\n`
    : isMaker
      ? `def make_celery(app${one.made === "maker-of-app" ? "=None" : ""}):\n    """Celery for an application."""\n${one.made === "maker-of-app" ? "    from shop import create_app\n\n    app = app or create_app()\n" : ""}${indented(`${construct}\n${body}\n${one.context ?? ""}\nreturn celery`)}\n`
      : `${comment}${construct}\n${body}\n`;
  const factory = `def create_app():
    app = Flask(__name__)
    app.config.from_object("shop.config.Config")
${configured ? "    init_celery(app, celery)\n" : ""}${!isMaker && !configured && one.flat ? "    celery.conf.update(app.config)\n" : ""}${!isMaker && !configured && one.context ? `\n${indented(one.context)}` : ""}    ${one.relative ? "from .views import bp" : "from shop.views import bp"}

    app.register_blueprint(bp)
    return app
`;
  const isHome = one.made === "package";
  const needsCelery = configured || (!isMaker && (one.flat || one.context));
  const init = `from flask import Flask, has_app_context
${isHome ? `${imports.join("\n")}\n${constants}` : ""}${!isHome && needsCelery ? `from shop.extensions import celery${configured ? ", init_celery" : ""}\n` : ""}
${isHome ? `${atHome}\n\n` : ""}${factory}`;
  const alias = isMaker ? "celery" : one.alias;
  const as = alias === "celery" ? "" : ` as ${alias}`;
  const shared = one.decorators.includes("@shared_task") ? "from celery import shared_task\n" : "";
  const own = one.decorators.some((decorator) => decorator.includes("celery.")) || one.base;
  const taskFile = `from flask import has_app_context
${shared}${own ? `from ${from} import celery${as}\n` : ""}

${one.base ? COUNTED(alias) : ""}${taskText(one, one.decorators, alias)}`;
  const views = `from flask import Blueprint
${one.use === "none" ? "" : `from ${from === "celery_worker" || from === "shop.worker" ? "celery" : from} import ${from.includes("worker") ? "current_app as celery" : `celery${as}`}\n`}
bp = Blueprint("main", __name__)
${useText(one, from.includes("worker") ? "celery" : alias, "@bp.route")}`;
  const worker = workerFile(one, at);
  const name = `shop/${one.place}.py`;
  const tasks = `shop.${one.place.replace("/", ".")}`;
  const files: Record<string, string> = {
    [home]: "",
    "shop/__init__.py": init,
    ...(isHome ? {} : { [home]: `${imports.join("\n")}\n\n${constants}\n${atHome}` }),
    "shop/config.py": FLASK_CONFIG(one),
    "shop/celeryconf.py": `task_acks_late = True\nbroker_pool_limit = 3\n`,
    "shop/views.py": views,
    [name]: taskFile,
    ...(one.place.includes("/") ? { "shop/jobs/__init__.py": "" } : {}),
    ...(one.wsgi ? { "wsgi.py": "from shop import create_app\n\napp = create_app()\n" } : {}),
    "requirements.txt": "flask\ncelery[redis]\n",
  };
  if (one.made === "maker-of-app")
    files["shop/worker.py"] = `from shop.extensions import make_celery\n\ncelery = make_celery()\n`;
  else files["celery_worker.py"] = worker;
  const entry = one.made === "maker-of-app" ? "shop.worker.celery" : "celery_worker.celery";
  // Whoever starts the worker has it know its tasks.
  const target = one.made === "maker-of-app" ? "shop/worker.py" : "celery_worker.py";
  if (!one.args.includes("include")) files[target] += `\nimport ${tasks}  # noqa: E402, F401\n`;
  return { files: { ...files, ...commands(one, entry) }, entry };
}

function workerFile(one: Shape, at: string): string {
  if (one.made === "maker")
    return `from shop import create_app\nfrom shop.extensions import make_celery\n\napp = create_app()\ncelery = make_celery(app)\n`;
  return `from shop import create_app\nfrom ${at} import celery\n\napp = create_app()\n${one.push && !one.context ? "app.app_context().push()\n" : ""}`;
}

export const oldApps = shape.map((one) => ({ shape: one, app: write(one) }));
