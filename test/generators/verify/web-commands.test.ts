/** Which application a command line serves. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { findCommands } from "../../../generators/verify/web-commands.ts";
import { tempDir, writeTree } from "../../support/temp.ts";

const commands: readonly (readonly [path: string, text: string, target: string])[] = [
  ["Procfile", "web: gunicorn wsgi:app", "wsgi:app"],
  ["Procfile", "web: gunicorn -b 0.0.0.0:$PORT -w 4 wsgi", "wsgi:application"],
  [
    "Procfile",
    "web: gunicorn --worker-class gevent 'shop.web:create_app(\"production\")'",
    'shop.web:create_app("production")',
  ],
  ["Procfile", "web: waitress-serve --listen=*:8000 --call shop:create_app", "shop:create_app"],
  ["Procfile", "web: python run.py", "run.py"],
  ["Procfile", "web: python -u ./run.py", "run.py"],
  ["Procfile", "web: flask --app shop run", "shop"],
  ["Dockerfile", 'CMD ["gunicorn", "--bind", "0.0.0.0:8000", "shop:create_app()"]', "shop:create_app()"],
  [
    "Dockerfile",
    "CMD gunicorn --bind 0.0.0.0:8000 \\\n    --workers 2 \\\n    shop.wsgi:application",
    "shop.wsgi:application",
  ],
  ["Dockerfile", 'CMD [ "python", "app.py" ]', "app.py"],
  ["Dockerfile", "ENV FLASK_APP=shop/web.py", "shop/web.py"],
  ["docker-compose.yml", "    command: uvicorn --factory shop.asgi:build", "shop.asgi:build"],
  ["docker-compose.yml", "      FLASK_APP: shop", "shop"],
  ["deploy/web.service", "[Service]\nExecStart=/srv/.venv/bin/gunicorn --bind unix:/run/web.sock wsgi:app", "wsgi:app"],
  ["uwsgi.ini", "[uwsgi]\nmodule = shop.wsgi:application", "shop.wsgi:application"],
  ["start.sh", "exec uwsgi --http :8000 --wsgi-file server.py --callable web", "server:web"],
  ["gunicorn.conf.py", 'wsgi_app = "shop:create_app()"', "shop:create_app()"],
  [".flaskenv", "FLASK_APP=shop:make('dev')", "shop:make('dev')"],
  ["pyproject.toml", '[tool.poe.tasks]\nserve = "flask -A shop.main run"', "shop.main"],
  ["README.md", "    $ flask --app shop run", "shop"],
];
for (const [path, text, target] of commands) {
  test(`${path}: ${text.replaceAll("\n", " ")}`, () => {
    const found = findCommands(writeTree({ [path]: `${text}\n` }, tempDir("commands-")), [path]);
    assert.deepEqual([...new Set(found.map((command) => command.target))], [target]);
  });
}

const others: readonly (readonly [path: string, text: string])[] = [
  ["Procfile", "worker: celery -A make_celery worker"],
  ["Dockerfile", "RUN pip install gunicorn==21.2 flask"],
  ["Dockerfile", "RUN python setup.py install"],
  ["docker-compose.yml", "    image: redis:7"],
  ["Procfile", "release: flask db upgrade"],
  ["Procfile", "# web: gunicorn old:app"],
  ["tests/Procfile", "web: gunicorn old:app"],
];
for (const [path, text] of others) {
  test(`serves nothing: ${path}: ${text}`, () => {
    assert.deepEqual(findCommands(writeTree({ [path]: `${text}\n` }, tempDir("commands-")), [path]), []);
  });
}

test.run();
