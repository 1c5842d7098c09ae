"""Objects below a URL: read, written whole, made once, listed, copied from files and to them."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness import files
from harness.errors import BadInput, StoreAway
from harness.store.remote.attempts import TRIES
from harness.store.remote.file_system import UrlFolder, make_file, write_file

AT_ONCE = 8
"""Objects read side by side."""
BLOCK = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,254}")


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


class Objects(UrlFolder):
    """The objects below one URL. ``path`` arguments are relative to it; safe in threads.

    Every method raises StoreAway where the URL does not answer after some tries, StoreRefused where it does not let us.
    """

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
            self._try("write", path, lambda: write_file(place, data))
        else:
            self._try("write", path, lambda: self._fs.pipe_file(self._at(path), data))

    def make(self, path: str, data: bytes) -> bool:
        """Write an object that is not there yet; False where another's is. ``data`` is like no other's.

        What was read back decides: a first try may have come through though its answer was lost, and a file system that
        takes a second creation for an overwriting keeps the last.
        """
        place = self._at(path)
        try:
            if self._local:
                self._try("make", path, lambda: make_file(Path(place), data))
            else:
                self._try("make", path, lambda: self._fs.pipe_file(place, data, mode="create"))
        except FileExistsError:
            pass
        except StoreAway:
            if self.read(path, len(data) + BLOCK) is None:
                raise
        return self.read(path, len(data) + BLOCK) == data

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
        return files.sha256(source) == self._try("read", path, lambda: self._sha256(self._at(path)))

    def _sha256(self, path: str) -> str:
        total = hashlib.sha256()
        with self._fs.open(path, "rb") as handle:
            while block := handle.read(BLOCK):
                total.update(block)
        return total.hexdigest()

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


class _Changed(Exception):
    """An object was replaced while it was read: what came is dropped."""
