"""Becomes the embedded database: ties its life to the parent's, then replaces itself by the given command.

``python -m db.embedded_child <parent pid> <program> <arguments …>``. The kernel kills this process when the parent
dies, however it dies. Asking for that here, after the fork and before the exec, needs no code between the two in a
parent that has threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Run the command; exit at once if the parent is gone already."""
    parent, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != int(parent):
        raise SystemExit(1)
    os.execv(command[0], command)  # noqa: S606 - there is no shell to want


if __name__ == "__main__":
    main(sys.argv[1:])
