"""Sites whose pages may show this one in a frame: none, unless the variable names them."""

from __future__ import annotations

import os
import re

from harness.errors import BadInput

ENVIRONMENT = "LANDSCAPE_FRAMES"
"""The variable with the origins, with commas: ``https://intranet.example.org,http://localhost:8000``."""
_ORIGIN = re.compile(r"https?://(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_.-]{1,254})(?::[0-9]{1,5})?")


def from_environment() -> tuple[str, ...]:
    """The origins that may frame the site.

    Raises:
        BadInput: the variable holds something else.
    """
    origins = [part.strip().rstrip("/") for part in os.environ.get(ENVIRONMENT, "").split(",") if part.strip()]
    wrong = [origin for origin in origins if not _ORIGIN.fullmatch(origin)]
    if wrong:
        raise BadInput(
            f"{ENVIRONMENT} holds {wrong[0]!r}; give origins as browsers name them, such as https://intranet.example.org, "
            "with commas between them."
        )
    return tuple(origins)
