// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of other tools
import assert from "node:assert/strict";
import { execa } from "execa";
import { test } from "uvu";
import type { Finding } from "../../../generators/verify/checks.ts";
import { checkCredentials } from "../../../generators/verify/static/check-credentials.ts";
import { findCredentials } from "../../../generators/verify/static/credentials.ts";
import { listTracked } from "../../../generators/verify/static/tracked.ts";
import { tempDir, writeTree } from "../../support/temp.ts";

/** Path, line of text; each must be found. */
const credentials: readonly (readonly [path: string, text: string])[] = [
  ["app.py", 'BROKER = "redis://:hunter2@cache.example.com:6379/0"'],
  ["app.py", "BROKER = 'amqps://shop:p4ss:w0rd@mq.example.com/vhost'"],
  ["app.py", 'URI = "postgresql+psycopg2://shop:s3cr3t!@db/shop"'],
  ["app.py", 'URL = f"redis://:hunter2@{HOST}:6379/0"'],
  ["app.py", 'URL = "redis://:" + "hunter2" + "@cache:6379/0"'],
  ["app.py", "# broker: amqp://shop:hunter2@mq.internal//"],
  ["app.py", 'os.environ.get("CELERY_BROKER_URL", "redis://:hunter2@cache:6379")'],
  ["app.py", 'connect(host="db", password="hunter2")'],
  ["app.py", "REDIS = {'host': 'cache', 'password': 'hunter2'}"],
  ["app.py", 'app.config["MAIL_PASSWORD"] = "hunter2!"'],
  ["app.py", 'DB_PASSWORD: str = "hunter2"'],
  ["app.py", 'def connect(host, password="hunter2"):'],
  ["app.py", 'def connect(host: str, password: str = "hunter2"):'],
  ["app.py", 'os.getenv("REDIS_PASSWORD", "hunter2")'],
  ["config.json", '  "redis": {"host": "cache", "password": "hunter2"}'],
  ["deploy.yml", "CELERY_BROKER_URL: redis://:hunter2@cache.example.com:6379/0"],
  ["deploy.yml", "  BROKER: redis%3A%2F%2F%3Ahunter2%40cache.example.com%3A6379"],
  ["docker-compose.yml", "      POSTGRES_PASSWORD: hunter2"],
  ["docker-compose.yml", "      - RABBITMQ_DEFAULT_PASS_PASSWORD=hunter2"],
  ["Dockerfile", "ENV REDIS_PASSWORD=hunter2"],
  [".env.example", "REDIS_PASSWORD=hunter2"],
  ["deploy.sh", "export DB_PASSWORD='hunter2'"],
  ["README.md", "celery -b redis://:hunter2@cache.example.com worker"],
  ["tests/test_app.py", 'URL = "redis://:hunter2@cache.example.com/0"'],
  ["key.pem", "-----BEGIN RSA PRIVATE KEY-----"],
];

/** Nothing in these opens anything. */
const harmless: readonly (readonly [path: string, text: string])[] = [
  ["app.py", 'BROKER = "redis://localhost:6379/0"'],
  ["app.py", 'BROKER = "amqp://guest:guest@localhost:5672//"'],
  ["app.py", 'URI = "postgresql://postgres:postgres@db/shop"'],
  ["app.py", 'URI = "postgresql://shop:shop@localhost/shop"'],
  ["app.py", 'URL = f"redis://:{password}@{host}:6379/0"'],
  ["app.py", "URL = f\"redis://:{os.environ['REDIS_PASSWORD']}@cache/0\""],
  ["app.py", 'URL = "redis://:%s@%s:6379/0" % (password, host)'],
  ["app.py", 'URL = "mysql://{user}:{password}@{host}/{name}".format(**env)'],
  ["app.py", 'URL = "redis://:<password>@<host>:6379/0"'],
  ["app.py", 'URL = "postgresql://user:password@localhost/dbname"'],
  ["app.py", 'URL = "redis://:" + password + "@cache"'],
  ["app.py", 'BROKER = "redis_production_your_connection_string_here"'],
  ["docs/deploy.md", "something like `postgres://blahblah:morerandomstuff1234@ec2-12-345.example.com:5432/shop`"],
  ["app.py", 'password = StringField("Password")'],
  ["app.py", 'form = {"password": "Enter your password"}'],
  ["app.py", 'user.set_password("cat")'],
  ["app.py", 'PASSWORD_FIELD = "password"'],
  ["app.py", 'REDIS_PASSWORD = os.environ["REDIS_PASSWORD"]'],
  ["app.py", 'MAIL_PASSWORD = os.environ.get("MAIL_PASSWORD", "")'],
  ["app.py", "def connect(host, password=None):"],
  ["app.py", 'def connect(host, password=""):'],
  ["app.py", 'Column("password", String(128))'],
  ["app.py", 'url_for("auth.reset_password", token=token)'],
  ["app.py", 'RESET_PASSWORD = "/auth/reset"'],
  ["app.py", '{"password": "hunter2", "name": "somebody"}'],
  ["app.py", 'mailto = "https://example.com/a:b@c"'],
  ["app.py", '"http://localhost:5000/users/@me"'],
  ["tests/test_auth.py", 'URL = "postgresql://shop:hunter2@localhost:5432/shop"'],
  ["tests/test_auth.py", 'client.post("/login", data={"host": "x", "password": "hunter2"})'],
  ["docker-compose.yml", "      POSTGRES_PASSWORD: postgres"],
  ["docker-compose.yml", "      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}"],
  ["docker-compose.yml", "      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-changeme}"],
  ["docker-compose.yml", "    image: redis:7@sha256:0123456789abcdef"],
  ["deploy.yml", "password: ${{ secrets.REDIS_PASSWORD }}"],
  ["deploy.yml", "CELERY_BROKER_URL: redis://:${REDIS_PASSWORD}@cache:6379/0"],
  ["deploy.yml", "CELERY_BROKER_URL: redis://:$REDIS_PASSWORD@cache:6379/0"],
  [".env.example", "REDIS_PASSWORD=change-me"],
  [".env.example", "REDIS_PASSWORD="],
  [".env.example", "CELERY_BROKER_URL=amqps://user:password@host:5671/vhost"],
  [".env.example", "CELERY_BROKER_URL=rabbitmq_production_your_connection_string_here"],
  ["README.md", "rediss://user:password@host:port/0"],
  ["README.md", "git clone https://github.com/somebody/something.git"],
  ["README.md", "redis://:***@cache/0"],
  [".env.example", "MAIL_API_KEY=\nMAIL_DOMAIN=example.com"],
  [".github/workflows/test.yml", "          POSTGRES_PASSWORD: bookshop"],
  ["docker-compose.yml", "      POSTGRES_USER: bookshop\n      POSTGRES_PASSWORD: bookshop"],
  ["pytest.ini", "    SMS_API_KEY=Somebody"],
  ["app.py", 'URI = "mysql+pymysql://root:bookshop@localhost/bookshop_test"'],
  ["app.py", 'URI = "postgres://u:p@h/db"'],
  ["app.py", 'TABLEAU_ACCESS_TOKEN = "tableau_user_token"'],
  ["app.py", 'API_KEY = "&key=" + config.key'],
  ["app.py", 'User(name="Ann", email="ann@example.com", password="ann-cat-3")'],
  ["static/alert.js", "var DATA_API_KEY = '.data-api';"],
  ["deploy.yml", "AWS_SECRET_ACCESS_KEY: abcdEFGH/1234EXAMPLEKEY"],
  ["Dockerfile", "ENV MAIL_PASSWORD=testpass"],
];

for (const [path, text] of credentials) {
  test(`found in ${path}: ${text}`, () => {
    const found = findCredentials(path, `\n\n${text}\n`);
    assert.deepEqual(
      found.map(({ line }) => line),
      [3],
    );
    assert.doesNotMatch(found[0]!.what, /hunter2|s3cr3t|p4ss/, "a report never repeats the value");
  });
}

for (const [path, text] of harmless) {
  test(`harmless in ${path}: ${text}`, () => {
    assert.deepEqual(findCredentials(path, `\n\n${text}\n`), []);
  });
}

const marked = [
  ["the same line", 'URL = "redis://:hunter2@cache.example.com/0"  # celery-verify: not a credential'],
  ["the line above", '# celery-verify: not a credential\nURL = "redis://:hunter2@cache.example.com/0"'],
] as const;
for (const [where, text] of marked) {
  test(`excused by a comment on ${where}`, () => {
    assert.deepEqual(
      findCredentials("app.py", text).map(({ excused }) => excused),
      [true],
    );
  });
}

test("a mark excuses its own line only", () => {
  const [first, second] = [marked[0][1], 'OTHER = "redis://:hunter2@cache.example.com/0"'];
  assert.deepEqual(
    findCredentials("app.py", `${first}\n${second}\n`).map(({ excused }) => excused),
    [true, false],
  );
});

async function check(files: Record<string, string>, git = true): Promise<Finding> {
  const root = writeTree(files, tempDir("credentials-"));
  if (git) {
    await execa("git", ["-C", root, "init", "-q"]);
    await execa("git", ["-C", root, "add", "-A", "-f"]);
  }
  const tracked = await listTracked(root, Object.keys(files));
  return checkCredentials({ root, tracked });
}

const leaked = 'URL = "redis://:hunter2@cache.example.com/0"\n';

test("excuses are told: what was not searched does not look like what was", async () => {
  const found = await check({
    "a.py": `${leaked.trim()} # celery-verify: not a credential\n`,
    "fixtures/b.py": leaked,
    ".celery-verify-ignore": "fixtures/\n",
  });
  assert.equal(found.verdict, "ok");
  assert.equal(
    found.detail,
    "none in 2 tracked files; 1 not searched because of .celery-verify-ignore; 1 marked as none",
  );
});

test("a virtual environment in Git's index is not searched, and that is said", async () => {
  const vendored = ".venv/lib/python3.12/site-packages/pip/index.py";
  const found = await check({
    "a.py": "",
    ".venv/pyvenv.cfg": "home = /usr\n",
    [vendored]: leaked,
    "lib/site-packages/x.py": leaked,
  });
  assert.equal(found.verdict, "ok");
  assert.match(found.detail, /^none in 1 tracked files; 2 files of \.venv were not searched; 1 files of lib/);
  assert.equal((await check({ [vendored]: leaked })).verdict, "not-applicable");
});

test("the alarm is for real ones: test data may be excused, and what was never committed has no history", async () => {
  const real = await check({ "a.py": leaked, "tests/b.py": leaked });
  assert.match(real.fix, /^Change that credential now, since it stays in the history/);
  const data = await check({ "tests/b.py": leaked });
  assert.match(
    data.fix,
    /^If it opens nothing, write `celery-verify: not a credential` in a comment .*\.celery-verify-ignore\. Otherwise: Change/,
  );
  const never = await check({ "a.py": leaked }, false);
  assert.match(never.fix, /^Read it from the environment before the first commit/);
});

test.run();
