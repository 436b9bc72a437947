import assert from "node:assert/strict";
import { suite } from "uvu";
import { findTestsDir, usesPytest } from "../../lib/survey/pytest.ts";
import { readTree } from "./support.ts";

const test = suite("survey/pytest");
const none = { files: [], versions: new Map<string, string | null>() };
const uses = (files: Record<string, string>) => usesPytest(readTree(files), none);

test("configured, declared, or imported by a test", () => {
  assert.equal(uses({ "pyproject.toml": "[tool.pytest.ini_options]\n" }), true);
  assert.equal(uses({ "setup.cfg": "[tool:pytest]\n" }), true);
  assert.equal(uses({ "tox.ini": "[tox]\n[pytest]\n" }), true);
  assert.equal(uses({ "pytest.ini": "" }), true);
  assert.equal(uses({ "tests/conftest.py": "" }), true);
  assert.equal(uses({ "tests/test_a.py": "import os\nimport pytest\n" }), true);
  assert.equal(usesPytest(readTree({}), { ...none, versions: new Map([["pytest", null]]) }), true);
});

test("unittest is not pytest", () => {
  assert.equal(
    uses({
      "tests/test_a.py": "import unittest\n# import pytest\n",
      "pyproject.toml": "[project]\n# [tool.pytest]\n",
      "setup.cfg": "[pytest]\n",
    }),
    false,
  );
  assert.equal(uses({ "app.py": "import pytest\n" }), false);
});

test("a test goes where tests are", () => {
  const dir = (files: Record<string, string>) => findTestsDir(readTree(files));
  assert.equal(dir({ "app.py": "" }), "tests");
  assert.equal(dir({ "test/unit/test_a.py": "", "app/tests_helper.py": "" }), "test");
  assert.equal(dir({ "shop/tests/test_a.py": "", "shop/tests/b/test_b.py": "" }), "shop/tests");
  assert.equal(dir({ "test_app.py": "" }), "");
  assert.equal(dir({ "conftest.py": "", "tests/test_app.py": "" }), "tests");
  assert.equal(dir({ "conftest.py": "", "app.py": "" }), "");
  assert.equal(
    dir({ "checks/test_a.py": "", "tests/test_b.py": "", "pytest.ini": "[pytest]\ntestpaths = checks\n" }),
    "checks",
  );
  assert.equal(
    dir({ "tests/test_b.py": "", "pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = ["./tests/"]\n' }),
    "tests",
  );
});

test.run();
