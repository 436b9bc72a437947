"""Runs a command in a pseudo-terminal and types into it: terminal.py '[["text to wait for", "keys to send"], ...]' command...

Prints one JSON object: exit code (128 + signal when a signal ended it), everything that the terminal showed, and the
text that was waited for in vain, if any. Needs nothing but Python's standard library.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

LIMIT_SECONDS = 20


def main() -> None:
    steps = json.loads(sys.argv[1])
    pid, master = pty.fork()
    if pid == 0:
        # Without a width, Plop's spinner counts lines for ever.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.execvp(sys.argv[2], sys.argv[2:])
    shown = b""
    seen = 0
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        while steps and (found := shown.find(steps[0][0].encode(), seen)) >= 0:
            seen = found + len(steps[0][0].encode())
            keys = steps.pop(0)[1]
            time.sleep(0.05)  # the prompt listens only after it has been drawn
            os.write(master, keys.encode())
        ready, _, _ = select.select([master], [], [], 0.1)
        if not ready:
            continue
        try:
            chunk = os.read(master, 65536)
        except OSError:  # Linux says EIO when the other side has closed
            break
        if not chunk:
            break
        shown += chunk
    else:
        os.kill(pid, 9)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    print(
        json.dumps(
            {
                "code": code if code >= 0 else 128 - code,
                "shown": shown.decode("utf-8", "replace"),
                "waitedFor": steps[0][0] if steps else None,
            }
        )
    )


main()
