"""What a command does to the files of a folder, call by call, as the kernel sees it (``strace``, Linux).

Recorded are contents and order of every write, truncation, sync, renaming, creation and removal, of Python, DuckDB and
Arrow alike. Not seen: writes through a memory map (none of them writes so), and what other processes do.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CALLS = (
    "openat,creat,write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,lseek,ftruncate,truncate,fallocate,"
    "fsync,fdatasync,sync_file_range,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink"
)
UNKNOWN = ("creat", "writev", "pwritev", "pwritev2", "copy_file_range", "truncate", "fallocate", "sync_file_range")
UNKNOWN_NAMES = ("link", "linkat", "symlink")
"""Calls that nothing here makes so far; this reader stops at one rather than to miss it."""
STRACE = ("strace", "-f", "-qq", "-y", "-xx", "-s", str(1 << 26), "--seccomp-bpf", "-e", f"trace={CALLS}", "-o")
_PLAIN = re.compile(r"(?:\\x[0-9a-f]{2})+")
_HANDLE = re.compile(r"(\d+)<([^>]*)>")
_TEXT = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class Change:
    """One call that changed a file or a folder: ``what`` is write, copy, truncate, sync, rename, create, remove or folder.

    Paths are relative to the folder; ``other`` is a renaming's target, or the file that ``count`` bytes are copied from, from
    ``start`` on. ``at`` is a place in the file, or its new size.
    """

    what: str
    path: str
    at: int = 0
    data: bytes = b""
    other: str = ""
    start: int = 0
    count: int = 0


def available() -> bool:
    """Whether ``strace`` is installed and may trace here."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


def record(words: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> list[Change]:
    """The changes that ``harness`` with these words makes in ``folder``."""
    return traced([sys.executable, "-m", "harness", *words], environment, folder, log)


def traced(command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> list[Change]:
    """The changes that a command makes in ``folder``; what ``strace`` wrote goes to ``log``."""
    words = [*STRACE, str(log), *command]
    done = subprocess.run(words, env=dict(environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    reader = _Reader(f"{folder}/")
    return [change for call in _calls(log) for change in reader.read(call)]


def _calls(log: Path) -> Iterator[str]:
    """The calls of a log, each whole, in the order of their ends."""
    open_calls: dict[str, str] = {}
    with log.open(encoding="latin-1") as lines:
        for line in lines:
            process, call = line.rstrip("\n").split(maxsplit=1)
            if call.endswith("<unfinished ...>"):
                open_calls[process] = call.removesuffix("<unfinished ...>").rstrip()
            elif call.startswith("<..."):
                yield open_calls.pop(process, "?") + call.split("resumed>", 1)[1]
            else:
                yield call


@dataclass
class _Reader:
    """Calls to changes below ``root``; it knows the place of every open file and the size of every file."""

    root: str
    places: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def read(self, call: str) -> Iterator[Change]:
        """The changes of one call: one, or none where it failed, changed nothing, or was made elsewhere."""
        name, _, rest = call.partition("(")
        arguments, _, result = rest.rpartition(" = ")
        if result[:1] in ("-", "?", ""):
            return
        arguments = arguments.rstrip().removesuffix(")")
        handles = [(number, _bytes(path).decode()) for number, path in _HANDLE.findall(arguments)]
        if name == "openat":
            yield from self._opened(arguments, result)
        elif name.startswith(("rename", "unlink", "mkdir", "rmdir", "link", "symlink")):
            yield from self._named(name, arguments, [path for _, path in handles])
        elif handles and f"{handles[0][1]}/".startswith(self.root):
            assert name not in UNKNOWN, f"a call that this reader does not know: {name}"
            yield from self._changed(name, arguments, handles, int(result.split()[0]))

    def _opened(self, arguments: str, result: str) -> Iterator[Change]:
        handle = _HANDLE.match(result)
        path = _bytes(handle[2]).decode() if handle else ""
        if handle is None or not path.startswith(self.root):
            return
        self.places[handle[1]] = -1 if "O_APPEND" in arguments else 0
        if "O_CREAT" in arguments and path not in self.sizes:
            self.sizes[path] = 0
            yield Change("create", self._short(path))
        elif "O_TRUNC" in arguments and self.sizes.get(path):
            self.sizes[path] = 0
            yield Change("truncate", self._short(path))

    def _changed(self, name: str, arguments: str, handles: list[tuple[str, str]], result: int) -> Iterator[Change]:
        """A write, truncation or sync through an open file."""
        (handle, path), last = handles[0], arguments.rsplit(",", 1)[-1]
        if name == "lseek":
            self.places[handle] = result if self.places.get(handle, 0) >= 0 else -1
        elif name in ("fsync", "fdatasync"):
            yield Change("sync", self._short(path))
        elif name == "ftruncate" and self.sizes.get(path) != int(last):
            self.sizes[path] = int(last)
            yield Change("truncate", self._short(path), int(last))
        elif name in ("write", "pwrite64") and result:
            at = int(last) if name == "pwrite64" else self._advance(handle, path, result)
            self.sizes[path] = max(self.sizes.get(path, 0), at + result)
            yield Change("write", self._short(path), at, _texts(arguments)[0][:result])
        elif name == "sendfile" and result:
            at, start = self._advance(handle, path, result), int(arguments.split("[", 1)[1].split("]", 1)[0])
            self.sizes[path] = max(self.sizes.get(path, 0), at + result)
            yield Change("copy", self._short(path), at, other=self._short(handles[1][1]), start=start, count=result)

    def _advance(self, handle: str, path: str, count: int) -> int:
        """Where a write of so many bytes begins: at the file's end where it was opened to append."""
        at = self.places.get(handle, 0)
        if at < 0:
            return self.sizes.get(path, 0)
        self.places[handle] = at + count
        return at

    def _named(self, name: str, arguments: str, folders: list[str]) -> Iterator[Change]:
        """A renaming, a removal or a new folder."""
        texts = [text.decode() for text in _texts(arguments)]
        if folders:
            texts = [t if t.startswith("/") else f"{f}/{t}" for t, f in zip(texts, folders, strict=True)]
        if not any(text.startswith(self.root) for text in texts):
            return
        assert name not in UNKNOWN_NAMES, f"a call that this reader does not know: {name}"
        if name.startswith("rename"):
            for path in [p for p in self.sizes if f"{p}/".startswith(f"{texts[0]}/")]:
                self.sizes[texts[1] + path.removeprefix(texts[0])] = self.sizes.pop(path)
            yield Change("rename", self._short(texts[0]), other=self._short(texts[1]))
        elif name.startswith("mkdir"):
            yield Change("folder", self._short(texts[0]))
        else:
            self.sizes.pop(texts[0], None)
            yield Change("remove", self._short(texts[0]))

    def _short(self, path: str) -> str:
        return path.removeprefix(self.root) if f"{path}/" != self.root else ""


def _texts(arguments: str) -> list[bytes]:
    """The strings among a call's arguments."""
    return [_bytes(text) for text in _TEXT.findall(arguments)]


def _bytes(text: str) -> bytes:
    """The bytes of a string as ``strace -xx`` prints it."""
    return bytes.fromhex(text.replace("\\x", "")) if _PLAIN.fullmatch(text) else text.encode("latin-1")
