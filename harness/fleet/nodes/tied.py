"""Start of a command whose process dies with the process that started it, however that ends.

``python -m harness.fleet.nodes.tied PARENT_PID COMMAND …`` asks the kernel (Linux) for SIGKILL at the parent's death, then becomes
the command. Elsewhere a command outlives a killed parent; the lock of its plan keeps a second one out.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1


def words(command: Sequence[str]) -> list[str]:
    """The command line that starts ``command`` tied to this process; to be called in the main thread, for the kernel
    takes a thread's end for its process's."""
    return [sys.executable, "-m", "harness.fleet.nodes.tied", str(os.getpid()), *command]


def main(arguments: Sequence[str]) -> None:
    """Tie this process to its parent and become the command."""
    parent, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != int(parent):  # it died before the kernel was asked
        os.kill(os.getpid(), signal.SIGKILL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # Ray's processes have some blocked
    os.execvp(command[0], command)  # nosec B606  # our own interpreter, without a shell


if __name__ == "__main__":
    main(sys.argv[1:])
