"""Objects below a URL, on any file system that fsspec knows: read, written whole, made once, listed; tried again where it fails.

fsspec is imported as the first object is asked for, and by nobody who works with folders alone.
"""

from __future__ import annotations

import errno
import hashlib
import importlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from harness import files
from harness.errors import BadInput, LandscapeError, StoreAway, StoreRefused, is_full
from harness.scrub import scrub

TRIES = 8
FIRST_WAIT = 0.05
"""Seconds before the second try; each wait is twice the one before, six seconds in all."""
PATIENCE = 20.0
"""Seconds after which no further try begins: clients such as s3fs try several times by themselves."""
AT_ONCE = 8
"""Objects read side by side."""
BLOCK = 1 << 20
ONCE = {"file", "local", "memory", "s3", "s3a"}
"""File systems whose exclusive creation was seen to be one (docs/decisions/0031)."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,254}")
_FINAL = (
    FileExistsError,
    FileNotFoundError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
    NotImplementedError,
)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Stat:
    """Size of an object, bytes, and a token that changes with its content as far as the file system tells."""

    size: int
    token: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Names directly below a folder: those of objects and those of folders."""

    objects: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


def is_plain(name: str) -> bool:
    """Whether a name from a URL may become a file's or folder's name here: one plain part, not hidden."""
    return _NAME.fullmatch(name) is not None


class Objects:
    """The objects below one URL. ``path`` arguments are relative to it; safe in threads.

    Every method raises StoreAway where the URL does not answer after some tries, StoreRefused where it does not let us.
    """

    def __init__(self, url: str, wait: Callable[[float], object] = time.sleep) -> None:
        """Open ``url``.

        Raises:
            StoreRefused: fsspec or the URL's file system is not installed, or there is no such file system.
        """
        self.url = url
        self.shown = scrub(url)
        self._wait = wait
        self._fs, self._root = _file_system(url)
        self._local = "file" in _protocols(self._fs)

    @property
    def makes_once(self) -> bool:
        """Whether this file system is known to create an object for one of several who create it at once."""
        return bool(_protocols(self._fs) & ONCE)

    def stat(self, path: str) -> Stat | None:
        """Size and token of an object; None where there is none."""
        try:
            about = self._try("look at", path, lambda: self._fs.info(self._at(path)))
        except FileNotFoundError:
            return None
        if about.get("type") == "directory":
            return None
        parts = (about.get(key) for key in ("ETag", "etag", "md5Hash", "ino", "mtime", "LastModified", "created"))
        return Stat(int(about["size"]), "|".join([str(about["size"]), *(str(p) for p in parts if p is not None)]))

    def names(self, folder: str = "") -> Listed:
        """What lies directly below a folder, by name; nothing where there is no such folder."""
        try:
            entries = self._try("list", folder, lambda: self._fs.ls(self._at(folder), detail=True, **self._fresh()))
        except (FileNotFoundError, NotADirectoryError):
            return Listed()
        here = self._at(folder).strip("/")
        named = [(e["name"].rstrip("/").rsplit("/", 1)[-1], e) for e in entries if e["name"].strip("/") != here]
        return Listed(
            tuple(sorted(name for name, e in named if e["type"] != "directory")),
            tuple(sorted(name for name, e in named if e["type"] == "directory")),
        )

    def read(self, path: str, most: int) -> bytes | None:
        """The bytes of an object; None where there is none.

        Raises:
            BadInput: it has more than ``most`` bytes.
        """
        about = self.stat(path)
        if about is None:
            return None
        if about.size > most:
            raise BadInput(f"{self.shown}/{path} has {about.size:,} bytes, more than the {most:,} that are read of it.")
        try:
            data: bytes = self._try("read", path, lambda: self._fs.cat_file(self._at(path)))
        except FileNotFoundError:
            return None
        return data

    def read_all(self, paths: Iterable[str], most: int) -> list[bytes | None]:
        """The bytes of several objects, read side by side."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="objects") as pool:
            return list(pool.map(lambda path: self.read(path, most), paths))

    def write(self, path: str, data: bytes) -> None:
        """Write an object whole; whoever reads it meets the old bytes or the new ones."""
        if self._local:
            place = Path(self._at(path))
            self._try("write", path, lambda: _write_file(place, data))
        else:
            self._try("write", path, lambda: self._fs.pipe_file(self._at(path), data))

    def make(self, path: str, data: bytes) -> bool:
        """Write an object that is not there yet; False where another's is. ``data`` is like no other's.

        What was read back decides: a first try may have come through though its answer was lost, and a file system that
        takes a second creation for an overwriting keeps the last.
        """
        try:
            self._try("make", path, lambda: self._make(self._at(path), data))
        except FileExistsError:
            pass
        except StoreAway:
            if self.read(path, len(data) + BLOCK) is None:
                raise
        return self.read(path, len(data) + BLOCK) == data

    def _make(self, path: str, data: bytes) -> None:
        if not self._local:
            self._fs.pipe_file(path, data, mode="create")
            return
        place = Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        with files.scratch_folder(place.parent, hashlib.sha256(data).hexdigest()[:16]) as scratch:
            (scratch / "object").write_bytes(data)
            os.link(scratch / "object", place)

    def fetch(self, path: str, target: Path, most: int) -> Stat | None:
        """Copy an object to a file, whole or not at all; its state, or None where there is none.

        Raises:
            BadInput: it has more than ``most`` bytes, or more than this disk has room for.
        """
        for _ in range(TRIES):
            about = self.stat(path)
            if about is None:
                return None
            most_here = min(most, shutil.disk_usage(target.parent).free)
            if about.size > most_here:
                raise BadInput(f"{self.shown}/{path} has {about.size:,} bytes; {most_here:,} are taken here at most.")
            with suppress(_Changed), files.aside(target) as scratch:
                self._get(path, scratch)
                if scratch.stat().st_size != about.size or self.stat(path) != about:
                    raise _Changed
                return about
        raise StoreAway(f"{self.shown}/{path} changes while it is read.")

    def _get(self, path: str, target: Path) -> None:
        try:
            self._try("read", path, lambda: self._fs.get_file(self._at(path), str(target)))
        except FileNotFoundError:
            raise _Changed from None

    def send(self, source: Path, path: str, *, read_back: bool = True) -> None:
        """Copy a file to an object, and look whether it is there: by its bytes, or by its size alone.

        Raises:
            StoreAway: also where what lies there afterwards is not the file.
        """
        if self._local:
            place = Path(self._at(path))
            place.parent.mkdir(parents=True, exist_ok=True)
            with files.aside(place) as scratch:
                shutil.copyfile(source, scratch)
        else:
            self._try("write", path, lambda: self._fs.put_file(str(source), self._at(path)))
        about = self.stat(path)
        if about is None or about.size != source.stat().st_size or (read_back and not self.holds(source, path)):
            raise StoreAway(f"{self.shown}/{path} does not hold what was written to it; it is written again later.")

    def holds(self, source: Path, path: str) -> bool:
        """Whether an object has a file's bytes, by size and SHA-256."""
        about = self.stat(path)
        if about is None or about.size != source.stat().st_size:
            return False
        with source.open("rb") as handle:
            ours = hashlib.file_digest(handle, "sha256").hexdigest()
        return ours == self._try("read", path, lambda: self._sha256(self._at(path)))

    def _sha256(self, path: str) -> str:
        total = hashlib.sha256()
        with self._fs.open(path, "rb") as handle:
            while block := handle.read(BLOCK):
                total.update(block)
        return total.hexdigest()

    def open(self, path: str) -> Any:
        """An object opened for reading, block by block."""
        return self._try("read", path, lambda: self._fs.open(self._at(path), "rb"))

    def remove(self, path: str) -> None:
        """Remove an object, if it is there."""
        try:
            self._try("remove", path, lambda: self._fs.rm_file(self._at(path)))
        except FileNotFoundError:
            return

    def remove_folder(self, folder: str) -> None:
        """Remove all objects below a folder."""
        try:
            self._try("remove", folder, lambda: self._fs.rm(self._at(folder), recursive=True))
        except FileNotFoundError:
            return

    def _at(self, path: str) -> str:
        if any(part in ("", ".", "..") for part in path.split("/")) and path:
            raise BadInput(f"{path[:120]!r} is no place below a URL.")
        return f"{self._root}/{path}" if path else self._root

    def _fresh(self) -> dict[str, Any]:
        return {} if self._local else {"refresh": True}

    def _try(self, deed: str, path: str, action: Callable[[], _T]) -> _T:
        """What ``action`` returns, tried again with growing waits; what says that there is no such thing is passed on."""
        wait, began = FIRST_WAIT, time.monotonic()
        for left in reversed(range(TRIES)):
            try:
                return action()
            except PermissionError as error:
                raise StoreRefused(f"{self._said(path)} does not let us {deed} it: {_sentence(error)}.") from None
            except (LandscapeError, *_FINAL):
                raise
            except (ImportError, TypeError) as error:
                raise StoreRefused(f"{self._said(path)} cannot be used: {_sentence(error)}.") from None
            except Exception as error:  # a file system's client may raise anything
                if "Credentials" in type(error).__name__:
                    raise StoreRefused(f"{self._said(path)} asks for credentials: {_sentence(error)}.") from None
                if is_full(error):
                    raise
                if not left or time.monotonic() - began > PATIENCE:
                    raise StoreAway(f"{self._said(path)} does not answer: {_sentence(error)}.") from None
            self._wait(wait)
            wait *= 2
        raise AssertionError

    def _said(self, path: str) -> str:
        return f"{self.shown}/{path}" if path else self.shown


def _write_file(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_atomically(path, data)


class _Changed(Exception):
    """An object was replaced while it was read: what came is dropped."""


def _file_system(url: str) -> tuple[Any, str]:
    try:
        fsspec = importlib.import_module("fsspec")
        fs, root = fsspec.core.url_to_fs(url, use_listings_cache=False, **_options(url, fsspec.config.conf))
    except ImportError as error:
        raise StoreRefused(
            f"{scrub(url)} needs a package that is not here ({_sentence(error)}): pip install 'landscape-harness[remote]'."
        ) from None
    except Exception as error:
        raise StoreRefused(f"{scrub(url)} is no URL that can be used: {_sentence(error)}.") from None
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


def _sentence(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    code = errno.errorcode.get(getattr(error, "errno", None) or 0, "")
    return scrub(text[0].rstrip(".")) if text else code or type(error).__name__
