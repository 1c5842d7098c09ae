"""What is kept of a measurement: its document, its publication, and the rent of the machine."""

from __future__ import annotations

import os
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from harness import __version__, places
from harness.errors import LandscapeError
from harness.runs.bench.measure import Speed

if TYPE_CHECKING:
    from harness.engine.load import Loaded
    from harness.engine.settings import Settings
    from harness.engine.source import ModelSource


@dataclass(frozen=True, slots=True)
class Rent:
    """US dollars an hour of all cards in use, and whose price it is."""

    per_hour: float
    whose: str


def document(
    source: ModelSource, settings: Settings, loaded: Loaded, new_tokens: int, measured: Sequence[Speed]
) -> dict[str, Any]:
    """All that the measurement's file holds."""
    from harness.engine.measure import hardware, versions
    from harness.runs.command.command_line import command_line
    from harness.runs.seal import git_commit

    now = datetime.now(UTC).replace(microsecond=0)
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", source.name).strip("-.")[-60:] or "model"
    cards = {str(p.device) for p in loaded.lm.model.parameters() if p.device.type != "cpu"}
    return {
        "speed_id": f"{now:%Y%m%dT%H%M%SZ}-{slug}-{settings.dtype}-{os.getpid()}",
        "measured": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "model": {
            "name": source.name,
            "revision": source.revision,
            "params": loaded.params or source.params,
            "quantisation": source.quantisation,
        },
        "dtype": settings.dtype,
        "device": settings.device,
        "gpus": len(cards),
        "new_tokens": new_tokens,
        "load_s": loaded.load_seconds,
        "hardware": hardware(settings.device),
        "versions": {"landscape": __version__, **versions()},
        "git_commit": git_commit(),
        "command": command_line(),
        "shapes": [{**_shape(s), **{k: v for k, v in asdict(s).items() if k != "shape"}} for s in measured],
    }


def _shape(speed: Speed) -> dict[str, int]:
    return {"batch": speed.shape.batch, "prompt_tokens": speed.shape.prompt_tokens}


def keep(measured: dict[str, Any], say: Callable[[str], None]) -> None:
    """Write the measurement and publish it; where publishing fails the file is kept and the next publish takes it."""
    from harness.store.rebuild import publish_all
    from harness.store.speeds import document as speeds

    path = speeds.write(places.runs(), measured)
    try:
        publish_all(places.database(), None, places.public_runs(), places.runs(), places.measured_runs())
    except LandscapeError as error:
        say(f"harness: the measurement is kept in {path}, but could not be published: {error}")


def rent(measured: dict[str, Any], given: float | None) -> Rent | None:
    """What the machine costs an hour: as given, else the median on-demand offer of its card; None where nothing is known."""
    from harness.store.reader import Reader

    if given is not None:
        return Rent(given, "as given")
    try:
        reader = Reader(places.database())
    except LandscapeError:
        return None
    try:
        rows = [r for r in reader.rows("serving_speeds") if r["speed_id"] == measured["speed_id"]]
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
    return Rent(statistics.median(by_cloud.values()) * max(1, measured["gpus"]), clouds)
