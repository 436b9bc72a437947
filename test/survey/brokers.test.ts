import assert from "node:assert/strict";
import { suite } from "uvu";
import type { DependencyFile } from "../../lib/dependencies/types.ts";
import { surveyBroker } from "../../lib/survey/celery/brokers.ts";
import { readTree } from "./support.ts";

const test = suite("survey/brokers");

function find(files: Record<string, string>, declares: string[] = []): string | null {
  const file: DependencyFile = {
    path: "requirements.txt",
    kind: "requirements",
    declares,
    generated: false,
    hashed: false,
  };
  const found = surveyBroker(readTree(files), { files: [file] });
  return found && `${found.kind} ${found.at.path}:${found.at.line}${found.asBroker ? "" : " perhaps a cache"}`;
}

test("environment files, with and without a URL", () => {
  assert.equal(find({ ".env.example": "A=1\nCELERY_BROKER_URL=amqp://localhost//\n" }), "rabbitmq .env.example:2");
  assert.equal(
    find({ ".env.example": "CELERY_BROKER_URL=redis_dev_your_connection_string_here\n" }),
    "redis .env.example:1",
  );
  assert.equal(find({ ".env.dist": 'export REDIS_URL="rediss://x"\n' }), "redis .env.dist:1 perhaps a cache");
  assert.equal(find({ ".env.example": "RABBITMQ_HOST=rabbit\n" }), "rabbitmq .env.example:1 perhaps a cache");
  assert.equal(find({ ".env.example": "DATABASE_URL=postgres://x\n" }), null);
});

test("compose services by image, not by comment", () => {
  const compose = (image: string) => `services:\n  queue:\n    image: ${image}\n`;
  assert.equal(
    find({ "docker-compose.yml": compose("bitnami/rabbitmq:4-management") }),
    "rabbitmq docker-compose.yml:3 perhaps a cache",
  );
  assert.equal(find({ "compose.prod.yaml": compose('"redis:7"') }), "redis compose.prod.yaml:3 perhaps a cache");
  assert.equal(find({ "compose.yaml": compose("valkey/valkey:8") }), "redis compose.yaml:3 perhaps a cache");
  assert.equal(find({ "compose.yaml": "# image: redis\nservices: {}\n" }), null);
});

test("Python settings: what is a broker's URL goes before any other", () => {
  const files = {
    "app.py": "import flask\n",
    "config.py": "CACHE_URL = 'redis://cache'\nCELERY = {\n    'broker_url': 'amqp://localhost',\n}\n",
  };
  assert.equal(find(files), "rabbitmq config.py:3");
  assert.equal(
    find({ ...files, "config.py": "CELERY = {'broker_url': 'redis://q'}\nX = 'amqp://events'\n" }),
    "redis config.py:1",
  );
  assert.equal(
    find({ "config.py": "import os\nREDIS = os.environ.get('REDIS_URL')\n" }),
    "redis config.py:2 perhaps a cache",
  );
  assert.equal(find({ "app.py": "import flask\nbroker_url = 'sqla+sqlite:///x'\n" }), "embedded app.py:2");
  assert.equal(find({ "app.py": 'import flask\n"""Use redis:// here."""\n# redis://\n' }), null);
});

test("libraries come last", () => {
  assert.equal(
    find({ "requirements.txt": "Flask\nredis==5\n" }, ["flask", "redis"]),
    "redis requirements.txt:2 perhaps a cache",
  );
  assert.equal(
    find({ "requirements.txt": "redis\npika\n" }, ["redis", "pika"]),
    "rabbitmq requirements.txt:2 perhaps a cache",
  );
  assert.equal(
    find({ "requirements.txt": "pika\n", "compose.yaml": "a:\n  image: redis\n" }, ["pika"]),
    "redis compose.yaml:2 perhaps a cache",
  );
  assert.equal(find({ "requirements.txt": "Flask\n" }, ["flask"]), null);
});

test.run();
