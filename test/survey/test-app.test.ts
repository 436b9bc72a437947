import assert from "node:assert/strict";
import { suite } from "uvu";
import { surveyTestApp } from "../../lib/survey/apps/test-app.ts";
import { onlyApp, readTree } from "./support.ts";

const test = suite("survey/test-app");
const APP = "from flask import Flask\n\n\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n";

function found(files: Record<string, string>) {
  const reading = readTree({ "shop/__init__.py": APP, ...files });
  const own = surveyTestApp(reading, onlyApp(reading), "tests/test_celery.py");
  return own && { ...own, at: `${own.at.path}:${own.at.line}` };
}

test("the fixture of the nearest conftest.py, also under another name", () => {
  const fixture = "import pytest\n\n\n@pytest.fixture\ndef app():\n    yield 1\n";
  const named = 'import pytest\n\n\n@pytest.fixture(scope="session", name="flask_app")\ndef make():\n    return 1\n';
  assert.deepEqual(found({ "conftest.py": named }), { fixture: "flask_app", call: null, at: "conftest.py:5" });
  assert.deepEqual(found({ "conftest.py": named, "tests/conftest.py": fixture })?.fixture, "app");
  assert.equal(found({ "other/conftest.py": fixture }), null);
});

test("the call that the tests use, with what it needs; conftest.py before others", () => {
  const files = {
    "shop/config.py": "class TestConfig:\n    TESTING = True\n",
    "tests/conftest.py":
      "import pytest\nfrom shop import create_app\nfrom shop.config import TestConfig\n\n\n@pytest.fixture\ndef client():\n    return create_app(TestConfig).test_client()\n",
    "tests/a_test.py": 'from shop import create_app\n\napp = create_app("a")\n',
  };
  assert.deepEqual(found(files)?.call, {
    imports: ["from shop.config import TestConfig", "from shop import create_app"],
    expression: "create_app(TestConfig)",
  });
});

test("a fixture that looks at the test's class may not fit another test", () => {
  const bound = "import pytest\n\n\n@pytest.fixture\ndef app(request):\n    request.cls.app = 1\n    return 1\n";
  assert.deepEqual(found({ "tests/conftest.py": bound }), { fixture: "", call: null, at: "tests/conftest.py:5" });
});

test("a call of what lives only in a test can't be repeated", () => {
  const local =
    "from shop import create_app\n\n\ndef test_it(tmp_path):\n    create_app(str(tmp_path)).test_client()\n";
  assert.deepEqual(found({ "tests/test_it.py": local }), { fixture: "", call: null, at: "tests/test_it.py:5" });
});

test.run();
