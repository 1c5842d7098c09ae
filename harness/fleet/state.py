"""The state of a night on disk, ``.fleet/<night>/`` below the folder of runs: ``state.json``, a log a model, a wish to stop.

The driver alone writes the state, whole and atomically; every other shell reads it, or leaves the wish.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TextIO

from harness import places
from harness.errors import BadInput, MissingData
from harness.files import aside
from harness.runs.command import plan_lock
from harness.scrub import scrub, strings

SCHEMA = 1
KEPT_DAYS = 30
"""Days after its last change that a night's state and logs are kept; its runs are kept for good."""
ENDED = ("done", "failed", "refused", "stopped")
STOPS = ("drain", "now")
_STATE, _STOP, _LOGS = "state.json", "stop", "logs"


@dataclass(frozen=True)
class ModelState:
    """One model of a night. ``cards`` and ``host`` are of its place; ``seconds`` it has taken on nodes, all tries together.

    ``done``, ``total``, ``rate`` (items a second) and ``left`` (seconds) are of the suite that is being scored.
    """

    key: str
    model: str
    state: str = "waiting"
    suites: int = 0
    sealed: int = 0
    suite: str | None = None
    doing: str = ""
    host: str | None = None
    node: str | None = None
    cards: float | None = None
    done: int | None = None
    total: int | None = None
    rate: float | None = None
    left: float | None = None
    tries: int = 0
    lost: int = 0
    seconds: float = 0.0
    code: int | None = None
    message: str = ""


@dataclass(frozen=True)
class NightState:
    """One night: who drives it since when, and its models. ``ended`` and ``code`` are null while it is driven; times are Unix
    seconds."""

    night: str
    process: int
    host: str
    started: float
    updated: float
    models: tuple[ModelState, ...]
    ended: float | None = None
    code: int | None = None
    stopping: str | None = None
    nodes: int = 0


def nights() -> Path:
    """The folder of nights."""
    return places.runs() / ".fleet"


@dataclass(frozen=True)
class NightFolder:
    """The files of one night."""

    path: Path

    @property
    def lock(self) -> Path:
        """The lock that its driver holds."""
        return self.path.parent / f"{self.path.name}.lock"

    def write(self, state: NightState) -> None:
        """Replace the state."""
        self.path.mkdir(parents=True, exist_ok=True)
        with aside(self.path / _STATE) as scratch:
            document = strings({"schema": SCHEMA, **asdict(state)})
            scratch.write_text(json.dumps(document, ensure_ascii=False, indent=1), "utf-8")

    def read(self) -> NightState:
        """The state as it was written last.

        Raises:
            BadInput: there is none, or none that this version reads.
        """
        path = self.path / _STATE
        try:
            document: Any = json.loads(path.read_text(encoding="utf-8"))
            if document.pop("schema") != SCHEMA:
                raise BadInput(f"{path} was written by another version of the harness.")
            return NightState(**{**document, "models": tuple(ModelState(**_known(m)) for m in document["models"])})
        except FileNotFoundError:
            raise MissingData(f"There is no state of a night in {self.path}.") from None
        except (OSError, ValueError, TypeError, AttributeError, LookupError) as error:
            raise BadInput(f"{path} cannot be read as the state of a night: {error}.") from None

    def driven(self) -> bool:
        """Whether a driver is at work on it."""
        return plan_lock.is_held(self.lock)

    def ask_to_stop(self, how: str) -> None:
        """Leave the wish: ``drain`` or ``now``."""
        with aside(self.path / _STOP) as scratch:
            scratch.write_text(how, "utf-8")

    def stop_asked(self) -> str | None:
        """The wish, where there is one."""
        with suppress(OSError, ValueError):
            how = (self.path / _STOP).read_text(encoding="utf-8").strip()
            return how if how in STOPS else None
        return None

    def forget_stop(self) -> None:
        """Remove the wish, which was for an earlier driver."""
        (self.path / _STOP).unlink(missing_ok=True)

    def log(self, key: str, lines: Iterable[str]) -> None:
        """Add lines to a model's log."""
        text = "".join(f"{scrub(line)}\n" for line in lines)
        if text:
            (self.path / _LOGS).mkdir(parents=True, exist_ok=True)
            with (self.path / _LOGS / f"{key}.log").open("a", encoding="utf-8") as handle:
                handle.write(text)


@contextmanager
def ray_log(night_id: str) -> Iterator[TextIO]:
    """A night's ``logs/ray.log``, to add what Ray has to say; where it cannot be written that is let go."""
    folder = nights() / night_id / _LOGS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        log: TextIO = (folder / "ray.log").open("a", encoding="utf-8")
    except OSError:
        log = Path(os.devnull).open("a", encoding="utf-8")  # noqa: SIM115  # closed below
    try:
        yield log
    finally:
        with suppress(OSError):  # what is still in memory finds no room
            log.close()


def _known(model: dict[str, Any]) -> dict[str, Any]:
    names = {f.name for f in fields(ModelState)}
    return {k: v for k, v in model.items() if k in names}


def find(night: str | None) -> NightFolder:
    """A night by its id or a unique beginning of it; without one, the night that changed last.

    Raises:
        MissingData: there is none.
        BadInput: several begin so.
    """
    folders = sorted((p.parent for p in nights().glob(f"*/{_STATE}")), key=lambda p: (p / _STATE).stat().st_mtime)
    if not folders:
        raise MissingData(f"There is no night in {nights()}; harness fleet run begins one.")
    if night is None:
        return NightFolder(folders[-1])
    found = [p for p in folders if p.name == night] or [p for p in folders if p.name.startswith(night)]
    if len(found) != 1:
        names = ", ".join(sorted(p.name for p in found or folders))
        problem = f"Several nights begin with {night!r}" if found else f"There is no night {night!r}"
        raise (BadInput if found else MissingData)(f"{problem}. Nights here: {names}.")
    return NightFolder(found[0])


def sweep(now: float | None = None, days: float = KEPT_DAYS) -> None:
    """Remove nights that nobody drives and that have not changed for so many days."""
    limit = (time.time() if now is None else now) - days * 86_400
    for folder in [p for p in nights().glob("*") if p.is_dir()]:
        with suppress(OSError):
            state = folder / _STATE
            changed = (state if state.exists() else folder).stat().st_mtime
            night = NightFolder(folder)
            if changed < limit and not night.driven():
                shutil.rmtree(folder)
                night.lock.unlink(missing_ok=True)


def here() -> tuple[int, str]:
    """Process and host of this driver."""
    return os.getpid(), os.uname().nodename
