"""The command line of this process, as manifests record it."""

from __future__ import annotations

import sys

from harness.scrub import scrub


def command_line() -> str:
    """The words that this process was given, behind ``harness``, scrubbed."""
    return scrub(" ".join(["harness", *sys.argv[1:]]))
