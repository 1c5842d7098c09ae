"""The run folders at a URL and their copies in this host's folder of runs: what one side lacks is brought to it.

At the URL lies the same as in a folder of runs: ``<run_id>/`` with the manifest written last (without it there is no run),
``packs/`` with a pack's file of runs last, ``speeds/``. Neither a run nor a pack ever changes, so that each is copied once.
A name or size from the URL is trusted no more than a foreign file's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

from harness import files
from harness.errors import BadInput
from harness.store import run_folder
from harness.store.imported import replacing
from harness.store.public import PACKS, REPORTED
from harness.store.remote import tombstones
from harness.store.remote.objects import Objects, is_plain
from harness.store.run_folder import FILES, MAX_MANIFEST
from harness.store.speeds.document import FOLDER as SPEEDS

MOST_BYTES = 1 << 36
"""Of a table: 64 GiB, far above the largest run; the free space of the disk bounds it, too."""
KNOWN = "at_url"
"""Folder beside the folder of runs: an empty file for each name that is known to lie whole at the URL."""
MANIFEST, TABLES = FILES[0], FILES[1:]


class RunCopies:
    """The runs at a URL and their copies in ``folder``. ``say`` is told what was left out, a sentence each, once."""

    def __init__(self, objects: Objects, folder: Path, say: Callable[[str], object] = lambda text: None) -> None:
        self.objects, self.folder, self.say = objects, folder, say
        self._known = folder.parent / KNOWN
        self._said: set[str] = set()

    def bring(self, ending: str = "", have: Collection[str] = ()) -> list[str]:
        """Copy the sealed runs whose names end so, and that neither the folder nor ``have`` holds; their ids."""
        self.folder.mkdir(parents=True, exist_ok=True)
        absent = replacing.absent(self.folder)
        brought = []
        for name in self._plain_names("", self.objects.names().folders):
            wanted = name.endswith(ending) and name not in (PACKS, SPEEDS) and name not in have and name not in absent
            if wanted and not self._here(name) and self.bring_run(name):
                brought.append(name)
        return brought

    def bring_run(self, run_id: str) -> bool:
        """Copy one run, whole or not at all; False where there is none, or none that is taken (which is said)."""
        if not is_plain(run_id):
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with files.scratch_folder(self.folder, f"from-url-{run_id}"[:120]) as scratch:
                place = scratch / run_id
                place.mkdir()
                # The manifest first: where it is, the tables have been there before it.
                for name, most in ((MANIFEST, MAX_MANIFEST), *((table, MOST_BYTES) for table in TABLES)):
                    if self.objects.fetch(f"{run_id}/{name}", place / name, most) is None:
                        return False
                files.sync(place)
                with suppress(FileExistsError, OSError):  # another process of this host was first
                    place.rename(self.folder / run_id)
                files.sync(self.folder)
        except BadInput as error:
            self._once(f"{error} The run is left out.")
            return False
        self._mark(run_id)
        return self._here(run_id)

    def send_run(self, run_id: str) -> None:
        """Copy a sealed run of this host to the URL, each file verified, the manifest last.

        Raises:
            BadInput: another run of this name lies there.
            StoreAway, StoreRefused: as the URL answers.
        """
        place = self.folder / run_id
        if self.objects.stat(f"{run_id}/{MANIFEST}") is None:
            for name in (*TABLES, MANIFEST):
                self.objects.send(place / name, f"{run_id}/{name}")
        elif not self.objects.holds(place / MANIFEST, f"{run_id}/{MANIFEST}"):
            raise BadInput(f"{self.objects.shown}/{run_id} is another run of the same name; move one of them away.")
        self._mark(run_id)

    def send_missing(self) -> None:
        """Copy what this host sealed, packed or measured and the URL lacks. As ``send_run``, but another run is said."""
        for place in run_folder.sealed(self.folder):
            if not self._is_known(place.name) and is_plain(place.name):
                try:
                    self.send_run(place.name)
                except BadInput as error:
                    self._once(str(error))
        for folder in (PACKS, SPEEDS):
            names = [path.name for path in files.visible(self.folder / folder) if path.is_file()]
            for name in sorted(names, key=_makes_whole):
                if is_plain(name) and not self._is_known(f"{folder}:{name}"):
                    self.objects.send(self.folder / folder / name, f"{folder}/{name}")
                    self._mark(f"{folder}:{name}")

    def bring_missing(self, have: Collection[str] = ()) -> None:
        """Copy what others sealed, packed or measured and this host lacks; runs of ``have`` are not needed here."""
        self.folder.mkdir(parents=True, exist_ok=True)
        tombstones.bring(self.objects, self.folder)
        self.bring(have=have)
        for folder in (PACKS, SPEEDS):
            self._bring_files(folder)

    def _bring_files(self, folder: str) -> None:
        """Copy the files of packs, or of speeds: of packs only whole ones, the file that makes them whole last."""
        place = self.folder / folder
        first = self._plain_names(folder, self.objects.names(folder).objects)
        if not [name for name in first if not (place / name).exists()]:
            return
        place.mkdir(exist_ok=True)
        whole = {_stem(name) for name in first if _makes_whole(name)}
        # Listed again: what was not yet there when the list passed its name is there now, for the last file is.
        again = self._plain_names(folder, self.objects.names(folder).objects)
        for name in sorted(again, key=_makes_whole):
            if (place / name).exists() or (folder == PACKS and _stem(name) not in whole):
                continue
            try:
                if self.objects.fetch(f"{folder}/{name}", place / name, MOST_BYTES) is not None:
                    self._mark(f"{folder}:{name}")
            except BadInput as error:
                self._once(f"{error} It is left out.")

    def _plain_names(self, folder: str, names: Collection[str]) -> list[str]:
        """The names that may become files and folders here; others are named, once, but for hidden ones."""
        for name in names:
            if not is_plain(name) and not name.startswith(files.HIDDEN):
                where = f"{self.objects.shown}/{folder}".rstrip("/")
                self._once(f"{where} holds {name[:80]!r}, which is no name of ours; it is left there.")
        return [name for name in names if is_plain(name)]

    def _here(self, run_id: str) -> bool:
        return (self.folder / run_id / MANIFEST).is_file()

    def _is_known(self, name: str) -> bool:
        return (self._known / files.fitting(name)).exists()

    def _mark(self, name: str) -> None:
        self._known.mkdir(parents=True, exist_ok=True)
        (self._known / files.fitting(name)).touch()

    def _once(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            self.say(sentence)


def _stem(name: str) -> str:
    """The pack of a file ``<pack>.<table>.parquet``."""
    return name.removesuffix(".parquet").rpartition(".")[0]


def _makes_whole(name: str) -> bool:
    """Whether a pack is there once this file is, its last."""
    return name.endswith((".run.parquet", f".{REPORTED}.parquet"))
