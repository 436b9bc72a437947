/** The generated test has the application of the project's own tests: their suite passes before and after, and no other database is reached. */
import assert from "node:assert/strict";
import { execa } from "execa";
import { test } from "uvu";
import { run } from "../../support/generators.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { tempDir, writeTree } from "../../support/temp.ts";

/** A factory that ends the process where it is not given the tests' settings. */
const APP = `import os

from flask import Flask


def create_app(config="shop.config.Production"):
    app = Flask(__name__)
    app.config.from_object(config)
    if not app.testing:
        os._exit(77)
    return app
`;
const CONFIG = `class Production:
    DATABASE = "production"


class TestConfig:
    TESTING = True
    DATABASE = "tests"
`;
const OWN_TEST = 'def test_own(client):\n    assert client.application.config["DATABASE"] == "tests"\n';
const CLIENT = "\n\n@pytest.fixture\ndef client(app):\n    return app.test_client()\n";
const head = "import pytest\nfrom shop import create_app\nfrom shop.config import TestConfig\n\n\n";

const STYLES: Record<string, string> = {
  "a fixture": `${head}@pytest.fixture\ndef app():\n    return create_app(TestConfig)\n${CLIENT}`,
  "a fixture that keeps a context open, for the whole session": `${head}@pytest.fixture(scope="session")\ndef app():\n    app = create_app(TestConfig)\n    with app.app_context():\n        yield app\n${CLIENT}`,
  "no fixture, a call": `${head}@pytest.fixture\ndef client():\n    return create_app(TestConfig).test_client()\n`,
};

for (const [style, conftest] of Object.entries(STYLES)) {
  test(style, async () => {
    const root = writeTree(
      {
        "requirements.txt": "flask\npytest\n",
        "wsgi.py": "from shop import create_app\n\napp = create_app()\n",
        "shop/__init__.py": APP,
        "shop/config.py": CONFIG,
        "tests/conftest.py": conftest,
        "tests/test_own.py": OWN_TEST,
      },
      tempDir(),
    );
    assert.match(await pytest(root), /^1 passed/m);
    await run("celery-factory", { root });
    assert.match(await pytest(root), /^3 passed/m);
  });
}

test.run();

async function pytest(root: string): Promise<string> {
  const { python } = await pythonEnv();
  const { all } = await execa(python, ["-m", "pytest", "-q", "-p", "no:cacheprovider"], {
    cwd: root,
    reject: false,
    all: true,
    env: { PYTHONDONTWRITEBYTECODE: "1", PYTHONPATH: root },
  });
  return all;
}
