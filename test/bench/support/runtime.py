"""runtime.py documented generated: both applications in turns, a batch each; prints medians, and the ratios of the pairs.

An application says in bench_app.py what is measured: `application()` gives its name → (Flask app, WSGI environ).
"""

from __future__ import annotations

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
from typing import Any

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
WORKER_ROUNDS = int(os.environ.get("BENCH_WORKER_ROUNDS", "7"))
BATCH = 200
TASKS = int(os.environ.get("BENCH_TASKS", "3000"))
CALLS = 5_000
# What the generated settings limit, as a worker's options: the documented example has no limits of its own.
LIMITS = (
    ["--max-tasks-per-child=1000"],
    ["--prefetch-multiplier=1"],
    ["--max-memory-per-child=524288", "--time-limit=300", "--soft-time-limit=240"],
)
WORKER_OPTIONS = [option for options in LIMITS for option in options]


class Side:
    """One application in a process of its own: neither may see the other's modules."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, name: str) -> dict[str, float]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def serve() -> None:
    answers = os.dup(1)
    os.dup2(2, 1)
    sys.path.insert(0, os.getcwd())
    from bench_app import app, celery, routes, task

    # What came before is of no interest: each batch begins with an empty queue.
    def requests(name: str) -> dict[str, float]:
        celery.control.purge()
        environ = routes[name]
        call(environ)
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(BATCH):
            call(environ)
        return {"wall": (time.perf_counter() - wall) / BATCH, "cpu": (time.process_time() - cpu) / BATCH}

    def call(environ: dict[str, Any]) -> None:
        environ = {**environ}
        body = environ.get("wsgi.input")
        if body:
            body.seek(0)
        status: list[str] = []
        # Straight into the application: a test client or a server would only hide what differs.
        for _ in app(environ, lambda line, headers, error=None: status.append(line)):
            pass
        assert status[0][0] == "2", status

    def calls() -> dict[str, float]:
        """What calling the task costs beside calling its function, as in a worker: with a request of its own."""
        task.push_request(id="bench", is_eager=False)
        try:
            cpu = time.process_time()
            for number in range(CALLS):
                task(number, 1)
            own = time.process_time() - cpu
            cpu = time.process_time()
            for number in range(CALLS):
                task.run(number, 1)
            return {"cpu": (own - (time.process_time() - cpu)) / CALLS}
        finally:
            task.pop_request()

    for line in sys.stdin:
        name = line.strip()
        seen = calls() if name == "calls" else requests(name)
        os.write(answers, (json.dumps(seen) + "\n").encode())


def work(folder: str, options: list[str]) -> dict[str, float]:
    """A worker empties a full queue; its start and its end do not count."""
    code = f"from bench_app import task\nfor number in range({TASKS}): task.delay(number, 1)"
    subprocess.run([sys.executable, "-c", "from bench_app import celery; celery.control.purge()"], cwd=folder, check=True)
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
    command = [sys.executable, "-m", "celery", "-A", "make_celery", "worker", "-c", "2", "-l", "ERROR", *options]
    log = pathlib.Path(folder, "worker.log")
    look = subprocess.Popen([sys.executable, __file__, "--waiting"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert look.stdin and look.stdout

    def waiting() -> int:
        look.stdin.write("\n")
        look.stdin.flush()
        return int(look.stdout.readline())

    started = time.perf_counter()
    with log.open("w") as output:
        worker = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        while waiting() > TASKS - TASKS // 10:
            if worker.poll() is not None or time.perf_counter() - started > 120:
                raise SystemExit(log.read_text()[-2000:])
            time.sleep(0.01)
        first, cpu, started = waiting(), cpu_of(worker.pid), time.perf_counter()
        left = first
        while left > TASKS // 20:  # Before the end: the last ones run when the queue is empty already.
            time.sleep(0.01)
            left = waiting()
        done = first - left
        return {"wall": (time.perf_counter() - started) / done, "cpu": (cpu_of(worker.pid) - cpu) / done}
    finally:
        # A busy worker can take half a minute to stop by itself; its children end with it.
        worker.kill()
        worker.wait()
        look.stdin.close()
        look.wait()


def count_waiting() -> None:
    sys.path.insert(0, os.getcwd())
    from bench_app import celery

    with celery.connection_for_write() as connection:
        for _ in sys.stdin:
            print(connection.default_channel.client.llen(celery.conf.task_default_queue), flush=True)


def cpu_of(pid: int) -> float:
    """Seconds of a process and of its children, those that were replaced included."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    fields = [pathlib.Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in [pid, *children]]
    # utime and stime of each; cutime and cstime of the parent, for those it has waited for.
    ticks = [*fields[0][11:15], *(tick for field in fields[1:] for tick in field[11:13])]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def main(documented: str, generated: str) -> None:
    sides = [Side(documented), Side(generated)]
    names = sys.argv[3:]
    print(f"{'per request, call or task':<44}{'documented':>12}{'generated':>12}{'times as fast: min, median, max':>35}")
    for name in [*names, "calls"]:
        rounds = []
        for index in range(ROUNDS + 1):
            order = sides if index % 2 else sides[::-1]
            found = {side.folder: side.ask(name) for side in order}
            rounds.append((found[documented], found[generated]))
        tell("task class" if name == "calls" else name, rounds[1:])
    for side in sides:
        side.end()
    work_in_turns("worker, the same options", (documented, WORKER_OPTIONS), (generated, WORKER_OPTIONS))
    work_in_turns("worker, the example without limits", (documented, []), (generated, []))


def tell_limits(folder: str) -> None:
    """What each limit costs by itself: one application, without and with it."""
    for options in LIMITS:
        work_in_turns(f"{options[0]}{' …' if options[1:] else ''}", (folder, []), (folder, options))


def work_in_turns(name: str, *sides: tuple[str, list[str]]) -> None:
    rounds = []
    for index in range(WORKER_ROUNDS):
        order = (0, 1) if index % 2 else (1, 0)
        found = {side: work(*sides[side]) for side in order}
        rounds.append((found[0], found[1]))
    tell(name, rounds)


def tell(name: str, rounds: list[tuple[dict[str, float], dict[str, float]]]) -> None:
    for key in rounds[0][0]:
        theirs, ours = (statistics.median(pair[side][key] for pair in rounds) * 1e6 for side in (0, 1))
        # Of each pair, which ran one after the other: what else the machine does weighs on both.
        ratios = [pair[0][key] / pair[1][key] for pair in rounds]
        spread = f"{min(ratios):.2f}  {statistics.median(ratios):.2f}  {max(ratios):.2f}"
        print(f"{f'{name}, µs {key}':<44}{theirs:>12.1f}{ours:>12.1f}{spread:>35}", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve()
    elif sys.argv[1] == "--waiting":
        count_waiting()
    elif sys.argv[1] == "--limits":
        tell_limits(sys.argv[2])
    else:
        main(*sys.argv[1:3])
