"""Which server-less transport loses nothing?  python test/bench/embedded.py [tasks] [sqlite|filesystem ...]

First a worker: two processes send, a worker with two children runs; every task appends its number to a file. Then a
race without Celery: writers that pause, readers that do not, so that a message is often read while it is written.
Needs celery and sqlalchemy. Celery 5.7 on two busy cores:

    sqlite      sent 10000  send errors 0  run 10000  lost 0  twice 0  sent in 229 s, done in 361 s
    filesystem  sent 10000  send errors 0  run 10000  lost 0  twice 0  sent in 12 s, done in 332 s
    race: sqlite      put 3000  got 3000  read half-written 0
    race: filesystem  put 6000  got 5896  read half-written 104

The file transport is faster, but its readers don't wait for its writers; so the embedded broker is SQLite.
"""

from __future__ import annotations

import collections
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from queue import Empty
from typing import Any

from celery import Celery
from kombu import Connection

FOLDER = pathlib.Path(os.environ.get("BENCH_FOLDER", "."))
TRANSPORT = os.environ.get("BENCH_TRANSPORT", "sqlite")

app = Celery("embedded")
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, worker_hijack_root_logger=False)
if TRANSPORT == "sqlite":
    app.conf.broker_url = f"sqla+sqlite:///{FOLDER / 'broker.sqlite3'}"
    app.conf.broker_transport_options = {"connect_args": {"timeout": 30}}
else:
    app.conf.broker_url = "filesystem://"
    app.conf.broker_transport_options = {
        "data_folder_in": str(FOLDER / "queue"),
        "data_folder_out": str(FOLDER / "queue"),
        "control_folder": str(FOLDER / "control"),
        "processed_folder": str(FOLDER / "processed"),
        "store_processed": True,
    }


@app.task(name="note")
def note(number: int) -> None:
    handle = os.open(FOLDER / "ran", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, f"{number}\n".encode())
    os.close(handle)


def send(start: int, stop: int) -> None:
    errors = 0
    for number in range(start, stop):
        try:
            note.delay(number)
        except Exception as error:
            errors += 1
            if errors == 1:
                print(repr(error)[:300], file=sys.stderr)
    (FOLDER / f"errors-{start}").write_text(str(errors))


def measure(transport: str, total: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "queue").mkdir()
        (folder / "processed").mkdir()
        env = {**os.environ, "BENCH_FOLDER": name, "BENCH_TRANSPORT": transport}
        env["PYTHONPATH"] = str(pathlib.Path(__file__).parent)
        started = time.monotonic()
        with open(folder / "log", "w") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "embedded", "worker", "-c", "2", "-l", "WARNING"],
                cwd=name,
                env=env,
                stdout=log,
                stderr=log,
            )
        half = total // 2
        senders = [
            subprocess.Popen([sys.executable, __file__, "send", str(a), str(b)], env=env)
            for a, b in ((0, half), (half, total))
        ]
        for sender in senders:
            sender.wait()
        sent = time.monotonic() - started
        ran = folder / "ran"
        size, quiet = -1, time.monotonic()
        while time.monotonic() - quiet < 15 and worker.poll() is None:
            now = ran.stat().st_size if ran.exists() else 0
            if now != size:
                size, quiet = now, time.monotonic()
            if ran.exists() and ran.read_bytes().count(b"\n") >= total:
                break
            time.sleep(0.25)
        seconds = time.monotonic() - started
        died = worker.poll()
        worker.terminate()
        worker.wait()
        counts = collections.Counter(ran.read_text().split() if ran.exists() else [])
        errors = sum(int(path.read_text()) for path in folder.glob("errors-*"))
        lost = total - errors - len(counts)
        twice = sum(1 for count in counts.values() if count > 1)
        print(
            f"{transport:<11} sent {total}  send errors {errors}  run {len(counts)}  lost {lost}  twice {twice}"
            f"  sent in {sent:.0f} s, done in {seconds:.0f} s{f'  worker died ({died})' if died else ''}"
        )
        if lost or died:
            print((folder / "log").read_text()[-1500:])


def race(transport: str, total: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        (pathlib.Path(name) / "queue").mkdir()
        got, broken, stop = multiprocessing.Value("i"), multiprocessing.Value("i"), multiprocessing.Event()
        open_queue(transport, name).close()
        readers = [multiprocessing.Process(target=read, args=(transport, name, got, broken, stop)) for _ in range(2)]
        writers = [multiprocessing.Process(target=write, args=(transport, name, total // 3)) for _ in range(3)]
        for process in (*readers, *writers):
            process.start()
        for process in writers:
            process.join()
        time.sleep(2)
        stop.set()
        for process in readers:
            process.join()
        print(f"race: {transport:<11} put {total // 3 * 3}  got {got.value}  read half-written {broken.value}")


def open_queue(transport: str, folder: str) -> Connection:
    if transport == "sqlite":
        url, options = f"sqla+sqlite:///{folder}/race.sqlite3", {"connect_args": {"timeout": 30}}
    else:
        url, options = "filesystem://", {"data_folder_in": f"{folder}/queue", "data_folder_out": f"{folder}/queue"}
        options["control_folder"] = f"{folder}/control"
    connection = Connection(url, transport_options=options)
    connection.SimpleQueue("race")
    return connection


def write(transport: str, folder: str, count: int) -> None:
    with open_queue(transport, folder) as connection:
        queue = connection.SimpleQueue("race")
        for number in range(count):
            queue.put({"number": number, "padding": "x" * 800})
            time.sleep(0.002)


def read(transport: str, folder: str, got: Any, broken: Any, stop: Any) -> None:
    with open_queue(transport, folder) as connection:
        channel = connection.default_channel
        while True:
            try:
                channel._get("race")
            except Empty:
                if stop.is_set():
                    return
            except ValueError:
                with broken.get_lock():
                    broken.value += 1
            else:
                with got.get_lock():
                    got.value += 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["send"]:
        send(int(sys.argv[2]), int(sys.argv[3]))
    else:
        for transport in sys.argv[2:] or ["sqlite", "filesystem"]:
            measure(transport, int(sys.argv[1]) if sys.argv[1:] else 10_000)
        for transport in sys.argv[2:] or ["sqlite", "filesystem"]:
            race(transport, 3000)
