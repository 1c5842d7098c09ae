"""A disk that forgets: the state of a folder after a loss of power, from the changes made before it.

Sure is what a sync promises: a file's bytes after its own, a folder's names after the folder's. Of the rest each file
may have lost all, some blocks or nothing (lost blocks read as zeros), and names are as one of two kinds of disk has them:
``ordered`` keeps them up to one moment (ext4, XFS: a journal of all names, written with every sync), ``bare`` keeps of each folder's
names its own beginning, the least that POSIX promises.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.fault_injection.recording import Change

BLOCK = 4096
ORDERED, BARE = "ordered", "bare"


@dataclass
class Inode:
    """A file or folder. ``now`` is what a reader sees before the cut, ``sure`` what was synced; ``blocks`` are between both."""

    is_folder: bool
    now: bytearray = field(default_factory=bytearray)
    sure: bytes = b""
    blocks: set[int] = field(default_factory=set)
    names: dict[str, int] = field(default_factory=dict)


@dataclass
class Naming:
    """One change of names: in which folder which name now means what (None: nothing); whether a sync has made it sure."""

    entries: tuple[tuple[int, str, int | None], ...]
    sure: bool = False


class Disk:
    """The files and folders under one root, as they are and as they would be."""

    def __init__(self) -> None:
        self.inodes = [Inode(is_folder=True)]
        self.namings: list[Naming] = []
        self.committed = 0

    def find(self, path: str) -> int:
        """Number of the inode at a path.

        Raises:
            KeyError: there is none.
        """
        at = 0
        for part in Path(path).parts:
            at = self.inodes[at].names[part]
        return at

    def apply(self, change: Change) -> None:
        """Carry one change out."""
        if change.what == "sync":
            return self._sync(self.find(change.path))
        if change.what == "write":
            return self._write(self.find(change.path), change.at, change.data)
        if change.what == "copy":
            data = bytes(self.inodes[self.find(change.other)].now[change.start : change.start + change.count])
            return self._write(self.find(change.path), change.at, data)
        if change.what == "truncate":
            return self._truncate(self.inodes[self.find(change.path)], change.at)
        return self._name(change)

    def _write(self, number: int, at: int, data: bytes) -> None:
        inode = self.inodes[number]
        if len(inode.now) < at:
            inode.now.extend(bytes(at - len(inode.now)))
        inode.now[at : at + len(data)] = data
        inode.blocks.update(range(at // BLOCK, -(-(at + len(data)) // BLOCK)))

    def _truncate(self, inode: Inode, size: int) -> None:
        inode.blocks.update(range(size // BLOCK, -(-max(len(inode.now), size) // BLOCK)))
        inode.now = inode.now[:size] + bytes(max(0, size - len(inode.now)))

    def _sync(self, number: int) -> None:
        inode = self.inodes[number]
        inode.sure = bytes(inode.now)
        inode.blocks.clear()
        self.committed = len(self.namings)
        if inode.is_folder:
            for naming in self.namings:
                naming.sure |= any(folder == number for folder, _, _ in naming.entries)

    def _name(self, change: Change) -> None:
        folder, name = self._place(change.path)
        if change.what in ("create", "folder"):
            self.inodes.append(Inode(is_folder=change.what == "folder"))
            entries: tuple[tuple[int, str, int | None], ...] = ((folder, name, len(self.inodes) - 1),)
        elif change.what == "remove":
            entries = ((folder, name, None),)
        else:
            target, new = self._place(change.other)
            entries = ((folder, name, None), (target, new, self.find(change.path)))
        self.namings.append(Naming(entries))
        _enter(entries, [i.names for i in self.inodes])

    def _place(self, path: str) -> tuple[int, str]:
        return self.find(str(Path(path).parent)), Path(path).name

    def after_cut(self, target: Path, kind: str, chance: random.Random) -> None:
        """Write the folder as it is found after a loss of power now."""
        self._build(target, self._kept(kind, chance), lambda inode: _left(inode, chance))

    def after_kill(self, target: Path) -> None:
        """Write the folder as it is found where only the process was killed now."""
        self._build(target, self.namings, lambda inode: bytes(inode.now))

    def _kept(self, kind: str, chance: random.Random) -> Sequence[Naming]:
        if kind == ORDERED:
            return self.namings[: chance.randint(self.committed, len(self.namings))]
        ends: dict[int, int] = {}
        for folder in {f for n in self.namings for f, _, _ in n.entries}:
            open_ones = [i for i, n in enumerate(self.namings) if not n.sure and n.entries[0][0] == folder]
            ends[folder] = chance.choice([*open_ones, len(self.namings)]) if open_ones else len(self.namings)
        return [n for i, n in enumerate(self.namings) if n.sure or i < ends[n.entries[0][0]]]

    def _build(self, target: Path, namings: Sequence[Naming], content: Callable[[Inode], bytes]) -> None:
        names: list[dict[str, int]] = [{} for _ in self.inodes]
        for naming in namings:
            _enter(naming.entries, names)
        self._write_folder(target, 0, names, content)

    def _write_folder(
        self, target: Path, number: int, names: list[dict[str, int]], content: Callable[[Inode], bytes]
    ) -> None:
        target.mkdir(parents=True)
        for name, child in names[number].items():
            if self.inodes[child].is_folder:
                self._write_folder(target / name, child, names, content)
            else:
                (target / name).write_bytes(content(self.inodes[child]))


def _enter(entries: tuple[tuple[int, str, int | None], ...], names: list[dict[str, int]]) -> None:
    for folder, name, inode in entries:
        if inode is None:
            names[folder].pop(name, None)
        else:
            names[folder][name] = inode


def _left(inode: Inode, chance: random.Random) -> bytes:
    """What a cut leaves of a file: what is sure, and of what is not all, nothing, a beginning, or some blocks."""
    if not inode.blocks:
        return inode.sure
    how = chance.choice(("nothing", "all", "beginning", "blocks", "zeros"))
    if how == "nothing":
        return inode.sure
    if how == "all":
        return bytes(inode.now)
    if how == "beginning":  # of an append; where bytes in the middle were changed, some of them
        end = chance.randint(min(len(inode.sure), len(inode.now)), max(len(inode.sure), len(inode.now)))
        return bytes(inode.now[:end])
    out = bytearray(inode.now)
    for block in sorted(inode.blocks):
        if how == "zeros" or chance.random() < 0.5:
            start, end = block * BLOCK, min((block + 1) * BLOCK, len(out))
            old = inode.sure[start:end]
            out[start:end] = old + bytes(max(0, end - start - len(old)))
    return bytes(out)
