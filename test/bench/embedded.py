"""Which server-less transport loses nothing?  python test/bench/embedded.py [tasks] [sqlite|filesystem ...]

Two processes send, one worker with two children runs; every task appends its number to a file opened with O_APPEND.
Prints, per transport: sent, send errors, run, lost, run twice, seconds. Needs celery and sqlalchemy.
"""

from __future__ import annotations

import collections
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from celery import Celery

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
                cwd=name, env=env, stdout=log, stderr=log,
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


if __name__ == "__main__":
    if sys.argv[1:2] == ["send"]:
        send(int(sys.argv[2]), int(sys.argv[3]))
    else:
        for transport in sys.argv[2:] or ["sqlite", "filesystem"]:
            measure(transport, int(sys.argv[1]) if sys.argv[1:] else 10_000)
