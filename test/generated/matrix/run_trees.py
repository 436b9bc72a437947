"""Runs the generated tests of many projects, each in a process of its own that starts with the libraries loaded.

Arguments: folders of projects. Prints what failed, then how many projects were run.
"""

import gc
import os
import sys
import tempfile

import celery.contrib.testing.worker  # noqa: F401
import flask_sqlalchemy  # noqa: F401
import kombu.transport.memory  # noqa: F401
import pytest
import quick_worker  # noqa: F401
import sqlalchemy.orm  # noqa: F401

# Each waits half a second for each result.
PROCESSES = 8


def run(folder: str, output: int) -> int:
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(folder)
    sys.dont_write_bytecode = True
    found = [name for name in ("tests/test_celery.py", "test_celery.py") if os.path.exists(name)]
    options = ["-q", "-p", "no:cacheprovider", "-W", "error", *found]
    # A broker that nobody named must not be reached: nothing listens there.
    for name in ("BROKER_URL", "RESULT_BACKEND"):
        os.environ.pop(f"CELERY_{name}", None)
    return int(pytest.main(options))


def main(folders: list[str]) -> int:
    # What is loaded stays: pytest collects garbage often, and need not go through the libraries each time.
    gc.freeze()
    waiting = list(folders)
    running = {}
    failed = 0
    while waiting or running:
        while waiting and len(running) < PROCESSES:
            folder = waiting.pop(0)
            output = tempfile.TemporaryFile()
            pid = os.fork()
            if pid == 0:
                code = 99
                try:
                    code = run(folder, output.fileno())
                finally:
                    sys.stdout.flush()
                    os._exit(code)
            running[pid] = (folder, output)
        pid, status = os.wait()
        folder, output = running.pop(pid)
        if status != 0:
            failed += 1
            output.seek(0)
            print(f"=== {folder}\n{output.read().decode()[-3000:]}")
        output.close()
    print(f"{len(folders)} run, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
