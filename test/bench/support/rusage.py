"""Runs a command and prints, as JSON, what it cost: rusage.py program argument…"""

import json
import resource
import subprocess
import sys
import time

# A shim for python3 that is a shell script has had children of its own.
before = resource.getrusage(resource.RUSAGE_CHILDREN)
started = time.monotonic()
ran = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
wall = time.monotonic() - started
used = resource.getrusage(resource.RUSAGE_CHILDREN)
unit = 1024 * 1024 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes on macOS, in kilobytes on Linux.
print(
    json.dumps(
        {
            "code": ran.returncode,
            "wall": wall * 1000,
            "cpu": (used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime) * 1000,
            "memory": used.ru_maxrss / unit,
            "tail": ran.stdout[-2000:].decode(errors="replace"),
        }
    )
)
