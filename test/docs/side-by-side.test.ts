/** docs/side-by-side.md: its example of Flask-SocketIO, as it stands there, reaches a browser's connection from a worker. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { projectEnv, type Running, runIn, startIn, startWorker } from "../e2e/project.ts";
import { run } from "../support/generators.ts";
import { freePort, type Server, skip, startRedis } from "../support/servers.ts";
import { copyTree, tempDir } from "../support/temp.ts";
import { until } from "../support/until.ts";

const repository = path.resolve(import.meta.dirname, "../..");
const page = readFileSync(path.join(repository, "docs/side-by-side.md"), "utf8");

/** The code below `# <title>`. */
function block(title: string): string {
  const found = new RegExp(`\`\`\`python\\n# ${title}\\n([\\s\\S]*?)\`\`\``).exec(page);
  assert.ok(found, title);
  return found[1]!;
}

const redis = await startRedis();
if (redis) socketTests(redis);
else skip("Flask-SocketIO beside Celery", "redis-server is not installed");
test.run();

function socketTests(server: Server): void {
  const running: Running[] = [];
  test.after(async () => {
    await Promise.all(running.map((one) => one.stop()));
    await server.stop();
  });

  test("a task's event reaches a connection of the web process", async () => {
    const root = copyTree(path.join(repository, "docs/example"), path.join(tempDir(), "shop"));
    await run("celery-factory", { root });
    writeFileSync(path.join(root, "shop/realtime.py"), block("shop/realtime.py"));
    const factory = path.join(root, "shop/__init__.py");
    const text = readFileSync(factory, "utf8");
    writeFileSync(
      factory,
      text.replace("    return app", `${block("shop/__init__.py, in create_app\\(\\)")}    return app`),
    );
    writeFileSync(path.join(root, "shop/orders/tasks.py"), block("shop/orders/tasks.py"));
    const env = await projectEnv({
      CELERY_BROKER_URL: server.url,
      CELERY_RESULT_BACKEND: server.url.replace(/0$/, "1"),
      SOCKETIO_MESSAGE_QUEUE: server.url.replace(/0$/, "2"),
    });
    const port = await freePort();
    const web = await startIn(
      root,
      ["gunicorn", "wsgi:app", "--threads", "8", "-b", `127.0.0.1:${port}`],
      /Booting worker/,
      env,
    );
    const worker = await startWorker(root, env);
    running.push(web, worker);

    const url = `http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`;
    let opened = "";
    await until(
      async () => {
        opened = await (await fetch(url)).text();
        return opened.startsWith("0");
      },
      20,
      web.output,
    );
    const { sid } = JSON.parse(opened.slice(1));
    const poll = async () => (await fetch(`${url}&sid=${sid}`)).text();
    await fetch(`${url}&sid=${sid}`, { method: "POST", body: "40" });
    assert.match(await poll(), /^40/);
    const send = "import make_celery; from shop.orders.tasks import announce; announce.delay('ready')";
    await runIn(root, ["python", "-c", send], env);
    let received = "";
    await until(
      async () => {
        received += await poll();
        return received.includes("announced");
      },
      20,
      worker.output,
    );
    assert.match(received, /42\["announced",\{"text":"ready"\}\]/);
  });
}
