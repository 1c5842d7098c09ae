"""Asking of a URL again where it does not answer, with growing waits, and what is said where it never does."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from typing import TypeVar

from harness.errors import LandscapeError, StoreAway, StoreRefused, is_full
from harness.scrub import scrub

TRIES = 8
FIRST_WAIT = 0.05
"""Seconds before the second try; each wait is twice the one before, six seconds in all."""
PATIENCE = 20.0
"""Seconds after which no further try begins: clients such as s3fs try several times by themselves."""
_FINAL = (
    FileExistsError,
    FileNotFoundError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
    NotImplementedError,
)
_T = TypeVar("_T")


def attempt(deed: str, place: str, action: Callable[[], _T], wait: Callable[[float], object]) -> _T:
    """What ``action`` returns, tried again after ``wait``; what says that there is no such thing is passed on.

    ``deed`` and ``place`` say to people what is done to what.

    Raises:
        StoreAway: the URL does not answer after some tries.
        StoreRefused: it does not let us, or cannot be used.
    """
    seconds, began = FIRST_WAIT, time.monotonic()
    for left in reversed(range(TRIES)):
        try:
            return action()
        except PermissionError as error:
            raise StoreRefused(f"{place} does not let us {deed} it: {sentence(error)}.") from None
        except (LandscapeError, *_FINAL):
            raise
        except (ImportError, TypeError) as error:
            raise StoreRefused(f"{place} cannot be used: {sentence(error)}.") from None
        except Exception as error:  # a file system's client may raise anything
            if "Credentials" in type(error).__name__:
                raise StoreRefused(f"{place} asks for credentials: {sentence(error)}.") from None
            if is_full(error):
                raise
            if not left or time.monotonic() - began > PATIENCE:
                raise StoreAway(f"{place} does not answer: {sentence(error)}.") from None
        wait(seconds)
        seconds *= 2
    raise AssertionError


def sentence(error: BaseException) -> str:
    """The first line of an error without its full stop and secrets; its code or kind where it says nothing."""
    text = str(error).strip().splitlines()
    code = errno.errorcode.get(getattr(error, "errno", None) or 0, "")
    return scrub(text[0].rstrip(".")) if text else code or type(error).__name__
