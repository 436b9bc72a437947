import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { beginPython, takePython } from "../../../generators/verify/start.ts";
import { survey } from "../../../lib/survey/index.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { makeTwin, redChecks, verify } from "./support/twin.ts";

const factory = "shop/__init__.py";

// verify() itself compares the tree before and after; these applications do their best to change it.
test("an application that writes when it starts leaves nothing in the project", async () => {
  const root = makeTwin({
    patch: [
      [
        factory,
        "    db.init_app(app)\n",
        `    db.init_app(app)
    import os
    from pathlib import Path

    with app.app_context():
        db.create_all()
    os.makedirs("logs", exist_ok=True)
    Path(__file__).with_name("started.txt").write_text("yes")
    Path("README.md").write_text("overwritten")
    assert os.path.exists(app.instance_path)
`,
      ],
    ],
  });
  const report = await verify(root);
  assert.deepEqual(redChecks(report), [], report.output);
  assert.equal(existsSync(path.join(root, "instance")), false);
});

test("a database that lies in the project is not touched", async () => {
  const root = makeTwin({
    patch: [
      [
        factory,
        "    db.init_app(app)\n",
        '    db.init_app(app)\n    with open(app.instance_path + "/shop.db", "ab") as file:\n        file.write(b"more")\n',
      ],
    ],
  });
  mkdirSync(path.join(root, "instance"));
  writeFileSync(path.join(root, "instance/shop.db"), "data");
  assert.deepEqual(redChecks(await verify(root)), []);
});

test("an application that prints a lot, on both streams, is verified all the same", async () => {
  const root = makeTwin({
    patch: [
      [
        factory,
        "    db.init_app(app)\n",
        '    db.init_app(app)\n    import sys\n\n    print("{\\"id\\": \\"flask-starts\\", \\"ok\\": false}" * 50000)\n    print("noise\\n" * 200000, file=sys.stderr)\n',
      ],
    ],
  });
  const report = await verify(root);
  assert.equal(report.ok, true, JSON.stringify(report.checks.filter((check) => check.verdict === "failed")));
});

test("an application that leaves threads and exit handlers behind ends with the last check", async () => {
  const root = makeTwin({
    patch: [
      [
        factory,
        "    db.init_app(app)\n",
        "    db.init_app(app)\n    import atexit\n    import threading\n    import time\n\n    threading.Thread(target=time.sleep, args=(600,)).start()\n    atexit.register(time.sleep, 600)\n",
      ],
    ],
  });
  const started = Date.now();
  const report = await verify(root);
  assert.equal(report.ok, true, JSON.stringify(report.checks.filter((check) => check.verdict === "failed")));
  assert.ok(Date.now() - started < 60_000);
});

test("a Python that was begun in vain ends and leaves no folder", async () => {
  process.env.CELERY_VERIFY_PYTHON = (await pythonEnv()).python;
  const project = await survey(makeTwin({}));
  const end = await beginPython(project.root);
  const { process: python, workspace } = await takePython(project);
  assert.ok(existsSync(path.join(workspace.root, "shop/__init__.py")));
  end();
  assert.equal((await python.ended).signal, "SIGKILL");
  assert.equal(existsSync(workspace.root) || existsSync(workspace.own), false);
});

test("without a request Python ends by itself, so that none outlives a command that was killed", async () => {
  process.env.CELERY_VERIFY_PYTHON = (await pythonEnv()).python;
  const { process: python, output, stop } = await takePython(await survey(makeTwin({})));
  python.ask("");
  assert.equal((await python.ended).exitCode, 0);
  assert.equal(readFileSync(output, "utf8"), "");
  stop();
});

test.run();
