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
from dataclasses import dataclass
from pathlib import Path

CALLS = (
    "openat,creat,write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,lseek,ftruncate,truncate,fallocate,"
    "fsync,fdatasync,sync_file_range,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink"
)
_PLAIN = re.compile(r"(?:\\x[0-9a-f]{2})+")
_FD = re.compile(r"(\d+)<([^>]*)>")
_TEXT = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class Change:
    """One call that changed a file or a folder: ``what`` is write, truncate, sync, rename, create, remove or folder.

    ``path`` and ``other`` (a renaming's target) are relative to the folder; ``at`` is a place in the file, or its new size.
    """

    what: str
    path: str
    at: int = 0
    data: bytes = b""
    other: str = ""


def available() -> bool:
    """Whether ``strace`` is installed and may trace here."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


def record(words: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> list[Change]:
    """The changes that ``harness`` with these words makes in ``folder``."""
    strace = [
        "strace",
        "-f",
        "-qq",
        "-y",
        "-xx",
        "-s",
        str(1 << 26),
        "--seccomp-bpf",
        "-e",
        f"trace={CALLS}",
        "-o",
        str(log),
    ]
    done = subprocess.run(
        [*strace, sys.executable, "-m", "harness", *words],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(changes(_calls(log), folder))


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


def changes(calls: Iterator[str], folder: Path) -> Iterator[Change]:
    """The successful calls among these that changed something in ``folder``."""
    root = f"{folder}/"
    positions: dict[str, int] = {}
    contents = _Sizes()
    for call in calls:
        name, _, rest = call.partition("(")
        arguments, _, result = rest.rpartition(" = ")
        if result.startswith(("-1", "?")) or name == "+++":
            continue
        handles = [(fd, _bytes(p).decode()) for fd, p in _FD.findall(arguments)]
        handle, path = handles[0] if handles else ("", "")
        if name in ("openat", "creat"):
            fd, at = _FD.match(result), _bytes(_TEXT.search(arguments)[1]).decode()  # type: ignore[index]
            opened = _bytes(fd[2]).decode() if fd else at
            if opened.startswith(root) and fd:
                positions[fd[1]] = 0
                if "O_CREAT" in arguments and opened not in contents.sizes:
                    contents.sizes[opened] = 0
                    yield Change("create", opened.removeprefix(root))
                elif "O_TRUNC" in arguments and contents.sizes.get(opened):
                    contents.sizes[opened] = 0
                    yield Change("truncate", opened.removeprefix(root))
                if "O_APPEND" in arguments:
                    positions[fd[1]] = -1
            continue
        if handles and not path.startswith(root) and path != str(folder):
            if not (name in ("renameat", "renameat2", "unlinkat", "mkdirat")):
                continue
        short = path.removeprefix(root) if path != str(folder) else ""
        count = int(re.match(r"-?\d+", result)[0]) if result[:1].isdigit() else 0  # type: ignore[index]
        if name == "lseek":
            if positions.get(handle, 0) >= 0:
                positions[handle] = count
        elif name in ("write", "pwrite64", "sendfile", "copy_file_range", "writev", "pwritev", "pwritev2"):
            if count:
                yield contents.written(name, arguments, handles, count, positions, root)
        elif name in ("ftruncate", "truncate"):
            size = int(arguments.rstrip(")").rsplit(",", 1)[1])
            target = path or _bytes(_TEXT.search(arguments)[1]).decode()  # type: ignore[index]
            if target.startswith(root) and contents.sizes.get(target) != size:
                contents.sizes[target] = size
                yield Change("truncate", target.removeprefix(root), size)
        elif name in ("fsync", "fdatasync"):
            yield Change("sync", short)
        elif name in ("fallocate", "sync_file_range"):
            raise AssertionError(f"a call that this reader does not know: {name}")
        else:
            yield from _of_names(name, arguments, handles, root, contents)


class _Sizes:
    """Sizes of the files so far, for what is appended."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}

    def written(
        self,
        name: str,
        arguments: str,
        handles: list[tuple[str, str]],
        count: int,
        positions: dict[str, int],
        root: str,
    ) -> Change:
        """The write of a call, as one piece at one place; of ``sendfile`` the name of the source in its place."""
        handle, path = handles[0]
        if name == "pwrite64":
            at = int(arguments.rstrip(")").rsplit(",", 1)[1])
        elif name in ("write", "sendfile"):
            at = positions.get(handle, 0)
            at = self.sizes.get(path, 0) if at < 0 else at
            positions[handle] = at + count if positions.get(handle, 0) >= 0 else -1
        else:
            raise AssertionError(f"a call that this reader does not know: {name}")
        self.sizes[path] = max(self.sizes.get(path, 0), at + count)
        if name == "sendfile":
            start = re.search(r"\[(\d+)\]", arguments)
            assert start is not None
            source = f"{handles[1][1].removeprefix(root)}\n{start[1]}\n{count}"
            return Change("copy", path.removeprefix(root), at, other=source)
        return Change("write", path.removeprefix(root), at, _bytes(_TEXT.search(arguments)[1])[:count])  # type: ignore[index]


def _of_names(
    name: str, arguments: str, handles: list[tuple[str, str]], root: str, contents: _Sizes
) -> Iterator[Change]:
    """Renamings, removals, new folders."""
    texts = [_bytes(t).decode() for t in _TEXT.findall(arguments)]
    if name.endswith("at") or name.endswith("at2"):
        texts = [t if t.startswith("/") else f"{h[1]}/{t}" for t, h in zip(texts, handles, strict=False)]
    if not any(t.startswith(root) for t in texts):
        return
    short = [t.removeprefix(root) for t in texts]
    if name.startswith("rename"):
        for path in [p for p in contents.sizes if p == texts[0] or p.startswith(f"{texts[0]}/")]:
            contents.sizes[texts[1] + path.removeprefix(texts[0])] = contents.sizes.pop(path)
        yield Change("rename", short[0], other=short[1])
    elif name.startswith("mkdir"):
        yield Change("folder", short[0])
    elif name in ("unlink", "unlinkat", "rmdir"):
        contents.sizes.pop(texts[0], None)
        yield Change("remove", short[0])
    else:
        raise AssertionError(f"a call that this reader does not know: {name}")


def _bytes(text: str) -> bytes:
    """The bytes of a string as ``strace -xx`` prints it."""
    return bytes.fromhex(text.replace("\\x", "")) if _PLAIN.fullmatch(text) else text.encode("latin-1")
