"""The folder that a URL names, on any file system that fsspec knows; asked again where it does not answer.

fsspec is imported as the first URL is opened, and by nobody who works with folders alone.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from harness import files
from harness.errors import BadInput, StoreRefused
from harness.scrub import scrub
from harness.store.remote.attempts import attempt, sentence

ONCE = {"file", "local", "memory", "s3", "s3a"}
"""File systems whose exclusive creation was seen to be one (docs/decisions/0031)."""
_T = TypeVar("_T")


class UrlFolder:
    """The folder that a URL names. ``path`` arguments are relative to it; safe in threads."""

    def __init__(self, url: str, wait: Callable[[float], object] = time.sleep) -> None:
        """Open ``url``.

        Raises:
            StoreRefused: fsspec or the URL's file system is not installed, or there is no such file system.
        """
        self.url = url
        self.shown = scrub(url)
        self._wait = wait
        self._fs, self._root = _opened(url)
        self._local = "file" in _protocols(self._fs)

    @property
    def makes_once(self) -> bool:
        """Whether this file system is known to create an object for one of several who create it at once."""
        return bool(_protocols(self._fs) & ONCE)

    def _at(self, path: str) -> str:
        if any(part in ("", ".", "..") for part in path.split("/")) and path:
            raise BadInput(f"{path[:120]!r} is no place below a URL.")
        return f"{self._root}/{path}" if path else self._root

    def _fresh(self) -> dict[str, Any]:
        return {} if self._local else {"refresh": True}

    def _try(self, deed: str, path: str, action: Callable[[], _T]) -> _T:
        """What ``action`` returns, tried again where the URL does not answer."""
        return attempt(deed, f"{self.shown}/{path}" if path else self.shown, action, self._wait)


def _opened(url: str) -> tuple[Any, str]:
    """The file system of a URL, and its place there without a slash at the end.

    Raises:
        StoreRefused: fsspec or the URL's file system is not installed, or there is no such file system.
    """
    try:
        fsspec = importlib.import_module("fsspec")
        fs, root = fsspec.core.url_to_fs(url, use_listings_cache=False, **_options(url, fsspec.config.conf))
    except ImportError as error:
        raise StoreRefused(
            f"{scrub(url)} needs a package that is not here ({sentence(error)}): pip install 'landscape-harness[remote]'."
        ) from None
    except Exception as error:
        raise StoreRefused(f"{scrub(url)} is no URL that can be used: {sentence(error)}.") from None
    if not root.strip("/"):
        raise StoreRefused(f"{scrub(url)} names no folder; give one, such as s3://bucket/landscape.")
    return fs, root.rstrip("/")


def _options(url: str, given: dict[str, Any]) -> dict[str, Any]:
    """Settings of a file system beside a person's own (``given``, of fsspec): S3 that hangs is given up after a while."""
    kind = url.partition("://")[0]
    if kind not in ("s3", "s3a") or "config_kwargs" in given.get(kind, {}):
        return {}
    return {"config_kwargs": {"connect_timeout": 10, "read_timeout": 30, "retries": {"max_attempts": 1}}}


def _protocols(fs: Any) -> set[str]:
    """The names of a file system and of those that it is made from."""
    names = (getattr(kind, "protocol", ()) for kind in type(fs).__mro__)
    return {name for one in names for name in ((one,) if isinstance(one, str) else one)}


def write_file(place: Path, data: bytes) -> None:
    """Write a file of this disk whole, with its folder."""
    place.parent.mkdir(parents=True, exist_ok=True)
    files.write_atomically(place, data)


def make_file(place: Path, data: bytes) -> None:
    """Write a file of this disk that is not there yet, whole; ``data`` is like no other's.

    Raises:
        FileExistsError: it is there.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with files.scratch_folder(place.parent, hashlib.sha256(data).hexdigest()[:16]) as scratch:
        (scratch / "object").write_bytes(data)
        os.link(scratch / "object", place)
