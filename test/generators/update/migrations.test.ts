/** What an update does to files of the user's own that take from a generated file what is not there any more. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { runEarlier } from "../../support/earlier.ts";
import { refusal, run } from "../../support/generators.ts";
import { assertSameTree, snapshotTree, tempDir } from "../../support/temp.ts";

/** Rule, the user's file as it was, as it becomes. */
const CASES: [rule: string, before: string, after: string][] = [
  [
    "masked-url",
    "import logging\n\nfrom .celery_settings import masked\n\n\ndef tell(url):\n    logging.info(masked(url))\n",
    "import logging\n\nfrom kombu.utils.url import maybe_sanitize_url as masked\n\n\ndef tell(url):\n    logging.info(masked(url))\n",
  ],
  [
    "masked-url",
    "from app.celery_settings import DEFAULTS, masked as hide\n\nprint(hide(DEFAULTS['x']))\n",
    "from kombu.utils.url import maybe_sanitize_url as hide\n\nfrom app.celery_settings import DEFAULTS\n\nprint(hide(DEFAULTS['x']))\n",
  ],
  [
    "masked-url",
    "def tell(url):\n    from app.celery_settings import masked\n\n    return masked(url)\n",
    "def tell(url):\n    from kombu.utils.url import maybe_sanitize_url as masked\n\n    return masked(url)\n",
  ],
  [
    "follow-app-context",
    "from app.celery_app import celery_init_app, follow_app_context\n\n\ndef second(app):\n    celery_init_app(app)\n    follow_app_context(app)\n    return app\n",
    "from app.celery_app import celery_init_app\n\n\ndef second(app):\n    celery_init_app(app)\n    return app\n",
  ],
];

async function withOwn(own: string): Promise<string> {
  const root = tempDir();
  await runEarlier("0.1.0", "celery-factory", root, { broker: "redis" });
  mkdirSync(path.join(root, "app"), { recursive: true });
  writeFileSync(path.join(root, "app/own.py"), own);
  return root;
}

for (const [rule, before, after] of CASES) {
  test(`${rule}: ${before
    .split("\n")
    .find((line) => /import.*(masked|follow)/.test(line))
    ?.trim()}`, async () => {
    const root = await withOwn(before);
    const { plan } = await run("celery-update", { root });
    assert.equal(readFileSync(path.join(root, "app/own.py"), "utf8"), after);
    assert.deepEqual(
      plan?.made?.map((one) => one.rule),
      [rule],
    );
    assert.deepEqual((await run("celery-update", { root })).written, []);
  });
}

/** What no rule mends for certain. */
const LEFT = [
  ["from app.celery_settings import KNOWN\n\nprint(KNOWN)\n", "app/own.py:1 uses KNOWN of app/celery_settings.py"],
  [
    "from app import celery_settings as own\n\n\nprint(own.masked)\n",
    "app/own.py:4 uses masked of app/celery_settings.py",
  ],
  [
    "import app.celery_settings\n\nprint(app.celery_settings.masked)\n",
    "app/own.py:3 uses masked of app/celery_settings.py",
  ],
  ["from app.celery_settings import *\n\nprint(masked('x'))\n", "app/own.py:3 uses masked of app/celery_settings.py"],
  [
    "from app.celery_app import follow_app_context\n\nHOOKS = [follow_app_context]\n",
    "app/own.py:1 uses follow_app_context of app/celery_app.py",
  ],
] as const;

for (const [own, told] of LEFT) {
  test(`refused: ${own.split("\n")[0]}`, async () => {
    const root = await withOwn(own);
    const before = snapshotTree(root);
    const error = await refusal("celery-update", { root });
    assert.equal(error.code, "update-names-gone");
    assert.deepEqual(error.details, [told]);
    assertSameTree(before, snapshotTree(root));
  });
}

test("an edit that is merged into a generated file counts, too", async () => {
  const root = await withOwn("");
  const file = path.join(root, "app/celery_logging.py");
  writeFileSync(
    file,
    `${readFileSync(file, "utf8")}\n\nfrom .celery_settings import masked as mine  # noqa: E402, F401\n`,
  );
  const before = snapshotTree(root);
  const error = await refusal("celery-update", { root });
  assert.equal(error.code, "update-names-gone");
  assert.match(error.details[0] ?? "", /app\/celery_logging\.py:\d+ uses masked of app\/celery_settings\.py/);
  assertSameTree(before, snapshotTree(root));
});

test("what is still there, or is another module's of that name, is no concern", async () => {
  const root = await withOwn("from app.celery_app import celery_init_app\n\nfrom .celery_texts import masked\n");
  writeFileSync(path.join(root, "app/celery_texts.py"), "def masked(text):\n    return text\n");
  const before = readFileSync(path.join(root, "app/own.py"), "utf8");
  await run("celery-update", { root });
  assert.equal(readFileSync(path.join(root, "app/own.py"), "utf8"), before);
});

test.run();
