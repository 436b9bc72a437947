"""runtime.py documented generated: measures both in turns and prints medians with the ratio."""

from __future__ import annotations

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

TASKS = int(os.environ.get("BENCH_TASKS", "3000"))


def one(folder: str) -> dict[str, float]:
    """In a process of its own: one application must not see the other's modules."""
    output = pathlib.Path(folder, "measured.json")
    subprocess.run([sys.executable, __file__, "--one", str(output)], cwd=folder, check=True)
    return json.loads(output.read_text())


def measure(output: str) -> None:
    sys.path.insert(0, os.getcwd())
    import make_celery

    app, celery = make_celery.flask_app, make_celery.celery_app
    app.testing = True
    celery.loader.import_default_modules()
    task = celery.tasks["bench.add"]

    @app.post("/bench")
    def bench():
        task.delay(1, 2)
        return "", 202

    client = app.test_client()
    client.post("/bench")
    started = time.perf_counter()
    for _ in range(TASKS):
        client.post("/bench")
    requests = TASKS / (time.perf_counter() - started)

    # What calling the task costs beside calling its function: context, class, nothing else.
    rounds = 20_000
    started = time.perf_counter()
    for number in range(rounds):
        task(number, 1)
    own = time.perf_counter() - started
    started = time.perf_counter()
    for number in range(rounds):
        task.run(number, 1)
    per_task = (own - (time.perf_counter() - started)) / rounds * 1e6

    started = time.perf_counter()
    command = [sys.executable, "-m", "celery", "-A", "make_celery", "worker", "-c", "2", "-l", "ERROR"]
    log = pathlib.Path("worker.log").open("w")
    worker = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        with celery.connection_for_write() as connection:
            queue = celery.conf.task_default_queue

            def waiting() -> int:
                return connection.default_channel.client.llen(queue)

            while waiting() > TASKS - TASKS // 10:  # Start-up does not count.
                if worker.poll() is not None or time.perf_counter() - started > 120:
                    raise SystemExit(pathlib.Path("worker.log").read_text()[-2000:])
                time.sleep(0.005)
            first, started = waiting(), time.perf_counter()
            while waiting() > 0:
                time.sleep(0.005)
            tasks = first / (time.perf_counter() - started)
    finally:
        worker.terminate()
        worker.wait()
    pathlib.Path(output).write_text(
        json.dumps({"tasks/s": tasks, "route requests/s": requests, "µs of the task class": per_task})
    )


def main(documented: str, generated: str) -> None:
    rounds = [(one(documented), one(generated)) for _ in range(int(os.environ.get("BENCH_ROUNDS", "3")))]
    print(f"{'':<24}{'documented':>12}{'generated':>12}{'ratio':>8}")
    for key in rounds[0][0]:
        theirs = statistics.median(pair[0][key] for pair in rounds)
        ours = statistics.median(pair[1][key] for pair in rounds)
        print(f"{key:<24}{theirs:>12.1f}{ours:>12.1f}{ours / theirs:>8.2f}")


if __name__ == "__main__":
    measure(sys.argv[2]) if sys.argv[1] == "--one" else main(*sys.argv[1:3])
