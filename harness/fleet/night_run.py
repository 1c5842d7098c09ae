"""``harness fleet run``: a night from the command line to its last model, its state on disk all the while."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Any

from rich.console import Console
from rich.live import Live

from harness import places
from harness.errors import BadInput, PlanHeld
from harness.fleet import state
from harness.fleet.asked import child_file
from harness.fleet.asked.night import ModelRuns, Night
from harness.fleet.driving.course import Fleet, Model
from harness.fleet.driving.driver import Driver
from harness.fleet.model import Node, Work
from harness.fleet.nodes.worker import GRACE, Task
from harness.fleet.state import ModelState, NightFolder, NightState
from harness.fleet.table import MOST_ROWS, summary, table
from harness.runs.command import plan_lock
from harness.runs.progress import Progress
from harness.stopping import STOPPED

POLL = 0.25
"""Seconds between two looks at the workers."""
WRITE = 2.0
"""Seconds between two writings of the state where nothing but counts has changed."""
HANDED_ON = (
    "LANDSCAPE_", "HF_", "HUGGING", "TRANSFORMERS_", "OPENAI_", "AWS_", "S3_", "FSSPEC_", "GOOGLE_", "AZURE_",
    "OMP_NUM_THREADS", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "COVERAGE_",
)  # fmt: skip
"""Beginnings of the variables that a model's process gets from the driver; the others are its node's own."""

Works = Callable[[Sequence[ModelRuns], Sequence[Node], Night, Callable[[str, str], None]], Mapping[str, Work]]


class NightRun:
    """One night under way: its driver, its folder, what is shown of it; ``live`` is the terminal for a table that is drawn again
    and again, the one that ``show`` writes to; ``refused`` are models, by key, that no node is to be asked for, and why."""

    def __init__(
        self, night: Night, fleet: Fleet, works: Works, show: Progress, *, live: Console | None,
        refused: Mapping[str, str] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self._night, self._show, self._live, self._refused = night, show, live, refused
        self._folder = NightFolder(state.nights() / night.night_id)
        self._by_key = {model.key: model for model in night.models}
        self._started, self._unwritten = time.time(), False
        environment = handed_on()
        models = [
            Model(
                Task(m.key, child_file.text(m, night), environment, night.settings.hung_minutes),
                ModelState(m.key, m.model, suites=len(m.runs)),
            )
            for m in night.models
        ]
        self.driver = Driver(
            models,
            fleet,
            lambda models, nodes: works([self._by_key[m.state.key] for m in models], nodes, night, self._say),
            tries=night.settings.tries,
            say=self._say,
            log=self._log,
        )

    def run(self) -> None:
        """Drive the night to its end, or until it is stopped."""
        self._folder.forget_stop()
        self._refuse()
        try:
            with self._shown() as draw:
                try:
                    self._loop(draw)
                except KeyboardInterrupt:
                    self._say("", "stopping: every model is told, and waited for")
                    self.driver.stop("now")
                    self._loop(draw, within=GRACE + 30)
        finally:
            with suppress(KeyboardInterrupt):
                self.driver.close()
            self._write(ended=True)

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints: that of ``harness run``, and a row a model."""
        runs, published, problems = list[Any](), True, list[str]()
        for model in self.driver.models.values():
            rows = list(model.last.runs) if model.last is not None else []
            if not rows:
                rows = [
                    {
                        "model": model.state.model,
                        "code": _code(model.state),
                        "message": model.state.message,
                        "run_id": None,
                    }
                ]
            beside = {"tries": model.state.tries, "node": model.state.host, "seconds": round(model.state.seconds, 1)}
            runs += [{**row, **beside} for row in rows]
            if model.last is not None:
                published = published and model.last.published
                problems += [model.last.problem] if model.last.problem else []
        return {
            "runs": runs,
            "published": published,
            "problem": " ".join(dict.fromkeys(problems)) or None,
            "night": self._night.night_id,
            "models": [asdict(m.state) for m in self.driver.models.values()],
        }

    def code(self) -> int:
        """The exit code: that of the models where all agree, 3 where some are done and others held, else 1; a stop wins."""
        codes = {_code(m.state) for m in self.driver.models.values()}
        if STOPPED in codes:
            return STOPPED
        if codes <= {0, PlanHeld.exit_code}:
            return 1 if self.document()["problem"] else max(codes)
        return codes.pop() if len(codes) == 1 else 1

    def _refuse(self) -> None:
        for key, why in self._refused.items():
            model = self.driver.models[key]
            model.state = replace(model.state, state="refused", code=BadInput.exit_code, message=why)
            self._say(key, why)

    def _loop(self, draw: Callable[[], None], within: float | None = None) -> None:
        began = written = time.monotonic()
        before: Any = None
        while True:
            over = self.driver.step()
            if self.driver.stopping != "now" and (how := self._folder.stop_asked()) not in (None, self.driver.stopping):
                assert how is not None
                self._say("", "draining: every model stops at its next batch" if how == "drain" else "stopping at once")
                self.driver.stop(how)
            now = time.monotonic()
            states = [(m.state.state, m.state.tries, m.state.host) for m in self.driver.models.values()]
            if states != before or now - written >= WRITE:
                self._write()
                before, written = states, now
            draw()
            if over or (within is not None and now - began > within):
                return
            time.sleep(POLL)

    def _write(self, *, ended: bool = False) -> None:
        process, host = state.here()
        models = tuple(m.state for m in self.driver.models.values())
        now = time.time()
        night = NightState(
            self._night.night_id, process, host, self._started, now, models, now if ended else None,
            self.code() if ended else None, self.driver.stopping, self.driver.nodes,
        )  # fmt: skip
        self._keep(lambda: self._folder.write(night))

    def _log(self, key: str, lines: Sequence[str]) -> None:
        self._keep(lambda: self._folder.log(key, lines))

    def _keep(self, write: Callable[[], None]) -> None:
        """Write a file of the night's folder; where that fails the night goes on, and it is said once."""
        try:
            write()
        except OSError as error:
            if not self._unwritten:
                self._unwritten = True
                self._show.warn(
                    f"{self._folder.path} cannot be written ({error.strerror or error}); the night goes on, and harness fleet "
                    "status shows it as it was."
                )

    def _say(self, key: str, text: str) -> None:
        model = self._by_key.get(key)
        self._show.job(model.model if model else "", "")
        self._show.say(f"{model.model}: {text}" if model else text)
        if model:
            self._log(key, [f"harness fleet: {text}"])
            self._show.job("", "")  # what is said of the night is said of no model

    @contextmanager
    def _shown(self) -> Iterator[Callable[[], None]]:
        """A table that is drawn again and again on a terminal, else a gauge of models that have ended, a line a minute."""
        models = self.driver.models
        if (console := self._live) is not None:
            with Live(console=console, refresh_per_second=2, redirect_stdout=False, redirect_stderr=False) as live:

                def draw() -> None:
                    live.update(table((m.state for m in models.values()), most=MOST_ROWS, width=console.width))

                yield draw
                draw()
            return
        ended = 0
        with self._show.running(), self._show.bar(f"{self._night.night_id}: models", len(models)) as advance:

            def count() -> None:
                nonlocal ended
                now = sum(m.ended for m in models.values())
                if now > ended:
                    advance(now - ended)
                    ended = now

            yield count
        self._show.say(summary(m.state for m in models.values()))


@contextmanager
def held(night: Night) -> Iterator[None]:
    """Hold a night: one driver at a time.

    Raises:
        PlanHeld: another process drives it.
    """
    state.nights().mkdir(parents=True, exist_ok=True)
    with plan_lock.hold(NightFolder(state.nights() / night.night_id).lock, "night"):
        yield


def handed_on() -> dict[str, str]:
    """The variables that a model's process gets from the driver, with the places of runs and database as they are here."""
    given = {name: value for name, value in os.environ.items() if name.startswith(HANDED_ON)}
    for name, path in (("LANDSCAPE_RUNS", places.runs()), ("LANDSCAPE_DB", places.database())):
        given[name] = str(path) if "://" not in given.get(name, "") else given[name]
    for name in (
        "LANDSCAPE_CACHE",
        "LANDSCAPE_HUB",
        "LANDSCAPE_CATALOG",
        "LANDSCAPE_SHARED",
        "LANDSCAPE_PUBLIC_RUNS",
        "LANDSCAPE_MEASURED_RUNS",
    ):
        if given.get(name) and "://" not in given[name]:
            given[name] = os.path.realpath(os.path.expanduser(given[name]))  # noqa: PTH111
    return given


def _code(model: ModelState) -> int:
    return 1 if model.code is None else model.code
