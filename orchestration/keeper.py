"""Ends a group of processes when whoever started this one is gone, in whatever way.

    python keeper.py LEADER SECONDS < the end of a pipe

The pipe closes when its other end's process ends, by SIGKILL too. Then the group's leader is asked
to stop; what is left of the group after so many seconds is killed. It imports nothing of the
project, so that it is there at once.
"""

import contextlib
import os
import signal
import sys
import time


def main() -> None:
    """Waits for the end of the pipe, then ends the group."""
    leader, seconds = int(sys.argv[1]), float(sys.argv[2])
    sys.stdin.buffer.read()
    with contextlib.suppress(ProcessLookupError):
        # The leader alone: it stops the others in order. A run that is cut off is begun again.
        os.kill(leader, signal.SIGTERM)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.killpg(leader, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


if __name__ == "__main__":
    main()
