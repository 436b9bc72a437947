import assert from "node:assert/strict";
import { suite } from "uvu";
import type { DependencyFile } from "../../lib/dependencies/types.ts";
import { surveyBroker, surveyOtherBroker, surveyResults } from "../../lib/survey/celery/brokers.ts";
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
  assert.equal(find({ "compose.yaml": compose("valkey/valkey:8") }), "valkey compose.yaml:3 perhaps a cache");
  assert.equal(
    find({ "compose.yaml": compose("bitnami/redis-sentinel:7") }),
    "sentinel compose.yaml:3 perhaps a cache",
  );
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

test("every scheme that Celery takes, in an environment file", () => {
  const named = (url: string) => find({ ".env": `CELERY_BROKER_URL=${url}\n` })?.split(" ")[0];
  assert.equal(named("sqs://"), "sqs");
  assert.equal(named("sentinel://a:26379;sentinel://b:26379"), "sentinel");
  assert.equal(named("redis-sentinel://a:26379"), "sentinel");
  assert.equal(named("valkeys://a:6379"), "valkey");
  assert.equal(named("redis+socket:///run/redis.sock"), "redis");
  assert.equal(named("kafka://a:9092"), undefined);
  // Queues of its own, which Celery may know nothing of.
  assert.equal(find({ ".env": "SQS_QUEUE_URL=https://sqs.eu-west-1.amazonaws.com/1/q\n" }), null);
});

const deployed: Record<string, string> = {
  "compose.yaml":
    "services:\n  web:\n    environment:\n      CELERY_BROKER_URL: amqp://mq\n      CELERY_RESULT_BACKEND: redis://r\n",
  Dockerfile: "FROM python\nENV CELERY_BROKER_URL=amqp://mq \\\n    X=1\nENV CELERY_RESULT_BACKEND redis://r\n",
  Procfile: "web: gunicorn app\nworker: CELERY_BROKER_URL=amqp://mq CELERY_RESULT_BACKEND=redis://r celery worker\n",
  "k8s/worker.yaml":
    "env:\n  - name: CELERY_BROKER_URL\n    value: amqp://mq\n  - name: CELERY_RESULT_BACKEND\n    value: redis://r\n",
  "config.py":
    "import os\nclass Config:\n    CELERY_BROKER_URL = 'amqp://mq'\n    CELERY_RESULT_BACKEND = os.getenv('CELERY_RESULT_BACKEND', 'redis://r')\n",
  ".env.example":
    "CELERY_BROKER_URL=rabbitmq_dev_your_connection_string_here\nCELERY_RESULT_BACKEND=redis_dev_your_connection_string_here\n",
};

for (const [path, text] of Object.entries(deployed)) {
  test(`broker and results of one kind each: ${path}`, () => {
    const files = { "app.py": "import flask\n", [path]: path === "config.py" ? `import flask\n${text}` : text };
    assert.match(find(files) ?? "", /^rabbitmq \S+:\d+$/);
    assert.equal(surveyResults(readTree(files))?.scheme, "redis");
    assert.equal(surveyOtherBroker(readTree(files)), null);
  });
}

test("results in memory are a test's, and a comment says nothing", () => {
  const results = (text: string) =>
    surveyResults(readTree({ "app.py": "import flask\n", ".env": text }))?.scheme ?? null;
  assert.equal(results("CELERY_RESULT_BACKEND=cache+memory://\n"), null);
  assert.equal(results("# CELERY_RESULT_BACKEND=redis://x\n"), null);
  assert.equal(results("CELERY_RESULT_BACKEND=db+postgresql://x\n"), "db+postgresql");
  assert.equal(results("CELERY_RESULT_BACKEND=rpc://\n"), "rpc");
});

test("a broker that is none of ours is told apart from none", () => {
  const other = (text: string) => surveyOtherBroker(readTree({ "app.py": "import flask\n", ".env": text }));
  assert.deepEqual(other("X=1\nCELERY_BROKER_URL=kafka://a:9092\n"), {
    scheme: "kafka",
    at: { path: ".env", line: 2 },
  });
  assert.equal(other("CELERY_BROKER_URL=memory://\n"), null);
  assert.equal(other("CELERY_BROKER_URL=filesystem://\n"), null);
  assert.equal(other("EVENTS_URL=kafka://a\n"), null);
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
