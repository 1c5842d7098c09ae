"""`harness bench`: options checked, each model loaded and measured, the measurement kept and published, a table printed."""

from __future__ import annotations

import os
import re
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from harness import __version__, places
from harness.errors import BadInput, LandscapeError, RunFailed
from harness.runs.bench.measure import Speed, measure
from harness.runs.bench.shapes import BATCHES, CONTEXTS, shapes
from harness.runs.progress import Progress
from harness.scrub import strings
from harness.terminal import print_json, print_table

if TYPE_CHECKING:
    from harness.engine.load import Loaded
    from harness.engine.settings import Settings
    from harness.engine.source import ModelSource

NEW_TOKENS = 32
ROUNDS = 3
MINUTES = 10.0
MIB = 1 << 20


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


@dataclass(frozen=True, slots=True)
class Rent:
    """US dollars an hour of all cards in use, and whose price it is."""

    per_hour: float
    whose: str


def bench(models: Sequence[str], wanted: Wanted, *, as_json: bool) -> int:
    """Measure every model; 0 where all were measured, 1 where one failed, 2 for bad input alone.

    Raises:
        BadInput: an option that is none, or a device or dtype that this machine lacks.
    """
    from harness.engine import settings as engine_settings
    from harness.engine.libraries import go_offline, model_errors

    _refuse(wanted)
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
        rent = _rent(document, wanted.per_hour)
        documents.append({**document, "rent": None if rent is None else asdict(rent)})
        codes.add(0)
        if not as_json:
            _print(document, rent)
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
    document: dict[str, Any] = strings(_document(source, settings, loaded, wanted, measured))
    _keep(document, show)
    return document


def _counted(speeds: Iterable[Speed], number: int, show: Progress) -> Iterable[Speed]:
    """The speeds as they come, each said on standard error."""
    for done, speed in enumerate(speeds, 1):
        said = speed.state if speed.first_token_s is None else f"first token in {speed.first_token_s:.3g} s"
        show.say(f"  {done} of {number}: {speed.shape.batch} × {speed.shape.prompt_tokens} tokens: {said}")
        yield speed


def _room(device: str) -> int | None:
    """Bytes of main memory that are free for keys and values; None on a card, whose own error says it."""
    if device.startswith("cuda"):
        return None
    try:
        free = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable"))
        return int(free.split()[1]) * 1024 // 2
    except (OSError, StopIteration, ValueError, IndexError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4


def _document(
    source: ModelSource, settings: Settings, loaded: Loaded, wanted: Wanted, measured: Sequence[Speed]
) -> dict[str, Any]:
    """All that the measurement's file holds."""
    from harness.engine.measure import hardware, versions
    from harness.runs.seal import command, git_commit

    now = datetime.now(UTC).replace(microsecond=0)
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", source.name).strip("-.")[-60:] or "model"
    cards = {str(p.device) for p in loaded.lm.model.parameters() if p.device.type != "cpu"}
    return {
        "speed_id": f"{now:%Y%m%dT%H%M%SZ}-{slug}-{settings.dtype}-{os.getpid()}",
        "measured": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "model": {
            "name": source.name,
            "revision": source.revision,
            "params": source.params,
            "quantisation": source.quantisation,
        },
        "dtype": settings.dtype,
        "device": settings.device,
        "gpus": len(cards),
        "new_tokens": wanted.new_tokens,
        "load_s": loaded.load_seconds,
        "hardware": hardware(settings.device),
        "versions": {"landscape": __version__, **versions()},
        "git_commit": git_commit(),
        "command": command(None),
        "shapes": [{**_shape(s), **{k: v for k, v in asdict(s).items() if k != "shape"}} for s in measured],
    }


def _shape(speed: Speed) -> dict[str, int]:
    return {"batch": speed.shape.batch, "prompt_tokens": speed.shape.prompt_tokens}


def _keep(document: dict[str, Any], show: Progress) -> None:
    """Write the measurement and publish it; where publishing fails the file is kept and the next publish takes it."""
    from harness.store.rebuild import publish_all
    from harness.store.speeds import document as speeds

    path = speeds.write(places.runs(), document)
    try:
        publish_all(places.database(), None, places.public_runs(), places.runs(), places.measured_runs())
    except LandscapeError as error:
        show.say(f"harness: the measurement is kept in {path}, but could not be published: {error}")


def _rent(document: dict[str, Any], given: float | None) -> Rent | None:
    """What the machine costs an hour: as given, else the median on-demand offer of its card; None where nothing is known."""
    from harness.store.reader import Reader

    if given is not None:
        return Rent(given, "as given")
    try:
        reader = Reader(places.database())
    except LandscapeError:
        return None
    try:
        rows = [r for r in reader.rows("serving_speeds") if r["speed_id"] == document["speed_id"]]
    finally:
        reader.close()
    by_cloud: dict[str, float] = {}
    for row in rows:
        if row["per_gpu_hour"] is not None and str(row["terms"]).startswith("on-demand"):
            cloud = str(row["cloud"])
            by_cloud[cloud] = min(by_cloud.get(cloud, float("inf")), float(row["per_gpu_hour"]))
    if not by_cloud:
        return None
    clouds = "1 cloud" if len(by_cloud) == 1 else f"the median of {len(by_cloud)} clouds, on demand"
    return Rent(statistics.median(by_cloud.values()) * max(1, document["gpus"]), clouds)


def _print(document: dict[str, Any], rent: Rent | None) -> None:
    """The measurement as a table: a row a shape."""
    where = document["hardware"]["device_name"]
    print(f"{document['model']['name']} in {document['dtype']} on {where}, {document['new_tokens']} new tokens")
    table = Table(box=None, pad_edge=False)
    heads = ["requests", "prompt", "first token s", "prefill tok/s", "decode tok/s", "memory MiB", "Wh/1k tok"]
    for head in [*heads, *(["$/M prompt", "$/M answer"] if rent else [])]:
        table.add_column(head, justify="right")
    for row in document["shapes"]:
        cells = [str(row["batch"]), str(row["prompt_tokens"])]
        if row["state"] != "measured":
            table.add_row(*cells, row["state"])
            continue
        tokens = row["batch"] * (row["prompt_tokens"] + document["new_tokens"])
        energy = "–" if row["energy_j"] is None else f"{row['energy_j'] / tokens * 1000 / 3600:.3g}"
        memory = "–" if row["peak_memory_bytes"] is None else f"{row['peak_memory_bytes'] / MIB:,.0f}"
        cells += [
            f"{row['first_token_s']:.3g}",
            f"{row['prefill_tokens_per_s']:,.0f}",
            f"{row['decode_tokens_per_s']:,.1f}",
            memory,
            energy,
        ]
        if rent:
            cells += [
                f"{rent.per_hour / (row[rate] * 3600) * 1e6:.3g}"
                for rate in ("prefill_tokens_per_s", "decode_tokens_per_s")
            ]
        table.add_row(*cells)
    print_table(table)
    if rent:
        print(f"Dollars at {rent.per_hour:.3g} an hour ({rent.whose}), machine at work all the time.")
    else:
        print("No rent of this machine is known, so no cost; give one with --per-hour.")
