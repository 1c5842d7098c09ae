"""`harness bench`: options checked, each model loaded and measured, the measurement kept and published, a table printed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import BadInput, LandscapeError, RunFailed
from harness.places import refuse_models
from harness.runs.bench import record, shown
from harness.runs.bench.measure import Speed, measure
from harness.runs.bench.shapes import BATCHES, CONTEXTS, shapes
from harness.runs.progress import Progress
from harness.scrub import strings
from harness.terminal import print_json

if TYPE_CHECKING:
    from harness.engine.settings import Settings

NEW_TOKENS = 32
ROUNDS = 3
MINUTES = 10.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured, as the command line has it; empty sizes stand for the usual ones that fit the model."""

    contexts: tuple[int, ...] = ()
    batches: tuple[int, ...] = ()
    new_tokens: int = NEW_TOKENS
    rounds: int = ROUNDS
    minutes: float = MINUTES
    dtype: str | None = None
    device: str | None = None
    revision: str | None = None
    trust_remote_code: bool = False
    offline: bool = False
    per_hour: float | None = None


def bench(models: Sequence[str], wanted: Wanted, *, as_json: bool) -> int:
    """Measure every model; 0 where all were measured, 1 where one failed, 2 for bad input alone.

    Raises:
        BadInput: an option that is none, or a device or dtype that this machine lacks.
    """
    from harness.engine import settings as engine_settings
    from harness.engine.libraries import go_offline, model_errors

    _refuse(wanted)
    refuse_models(models)
    if wanted.offline:
        go_offline()
    device = engine_settings.resolve_device(wanted.device)
    settings = engine_settings.Settings(
        "hf", device, engine_settings.resolve_dtype(wanted.dtype, device), trust_remote_code=wanted.trust_remote_code
    )
    show = Progress()
    documents: list[dict[str, Any]] = []
    problems: list[dict[str, object]] = []
    codes: set[int] = set()
    began = time.monotonic()
    for position, model in enumerate(models, 1):
        end = began + 60 * wanted.minutes * position / len(models)
        try:
            with model_errors(f"{model} cannot be measured"):
                document = _one(model, wanted, settings, end, show)
        except LandscapeError as error:
            show.say(f"harness: {model}: {error}")
            problems.append({"model": model, "code": error.exit_code, "message": str(error)})
            codes.add(error.exit_code)
            continue
        rent = record.rent(document, wanted.per_hour)
        documents.append({**document, "rent": None if rent is None else asdict(rent)})
        codes.add(0)
        if not as_json:
            shown.show(document, rent)
    if as_json:
        print_json({"speeds": documents, "problems": problems})
    return 2 if codes == {2} else max(min(code, 1) for code in codes)


def _refuse(wanted: Wanted) -> None:
    """Refuse options that are none, before a model is loaded."""
    if not 0 < wanted.minutes <= 1440:
        raise BadInput(f"--minutes is {wanted.minutes:g}; give a time above 0 and up to 1,440 minutes.")
    if not 1 <= wanted.rounds <= 1000:
        raise BadInput(f"--rounds is {wanted.rounds}; give 1 to 1,000.")
    if wanted.per_hour is not None and not 0 < wanted.per_hour < 1e6:
        raise BadInput(f"--per-hour is {wanted.per_hour:g}; give US dollars an hour.")
    shapes(wanted.contexts or CONTEXTS, wanted.batches or BATCHES, new_tokens=wanted.new_tokens, window=None)


def _one(model: str, wanted: Wanted, settings: Settings, end: float, show: Progress) -> dict[str, Any]:
    """Load and measure one model, keep what was measured, and publish it."""
    from harness.engine import load as loading
    from harness.engine.source import resolve

    source = resolve(model, revision=wanted.revision, offline=wanted.offline)
    if source.masked:
        raise BadInput(f"{source.name} predicts masked tokens and writes no text: it has no speed of decoding.")
    loading.check_memory(source, settings)
    show.step(f"Loading {source.name} in {settings.dtype} on {settings.device}")
    loaded = loading.load(source, settings)
    chosen, outside = shapes(
        wanted.contexts or CONTEXTS,
        wanted.batches or BATCHES,
        new_tokens=wanted.new_tokens,
        window=int(loaded.lm.max_length),
    )
    if outside and wanted.contexts:
        show.say(f"  left out, longer than the model's {loaded.lm.max_length} tokens: {', '.join(map(str, outside))}")
    measured: list[Speed] = []
    speeds = measure(
        loaded.lm.model, len(loaded.lm.tokenizer), settings.device, chosen, new_tokens=wanted.new_tokens,
        rounds=wanted.rounds, seconds_left=lambda: end - time.monotonic(), room=_room(settings.device),
    )  # fmt: skip
    for speed in _counted(speeds, len(chosen), show):
        measured.append(speed)
    if not any(s.state == "measured" for s in measured):
        reason = measured[0].state if measured else "nothing to measure"
        raise RunFailed(f"No shape of {source.name} was measured: {reason}. Give smaller sizes, or more --minutes.")
    document: dict[str, Any] = strings(record.document(source, settings, loaded, wanted.new_tokens, measured))
    record.keep(document, show.say)
    return document


def _counted(speeds: Iterable[Speed], number: int, show: Progress) -> Iterable[Speed]:
    """The speeds as they come, each said on standard error."""
    for done, speed in enumerate(speeds, 1):
        said = speed.state if speed.first_token_s is None else f"first token in {speed.first_token_s:.3g} s"
        show.say(f"  {done} of {number}: {speed.shape.batch} × {speed.shape.prompt_tokens} tokens: {said}")
        yield speed


def _room(device: str) -> int | None:
    """Bytes of main memory that are free for keys and values: half of what is left, and no more than this process may use; None on
    a card, whose own error says it."""
    from harness.engine.measure import memory_limit

    if device.startswith("cuda"):
        return None
    try:
        free = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable"))
        return min(int(free.split()[1]) * 1024, memory_limit()) // 2
    except (OSError, StopIteration, ValueError, IndexError):
        return memory_limit() // 4
