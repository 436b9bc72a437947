// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of other tools
import assert from "node:assert/strict";
import { test } from "uvu";
import { findCredentials } from "../../generators/verify/static/credentials.ts";

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

test.run();
