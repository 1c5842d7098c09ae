"""What the parts of Homogeneity share: findings of the chosen boards, names of groups and measures, sentences on a gap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.charts.chart import brief
from harness.reports.likeness_text import plain, signed

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.alike.boards import Board
    from harness.market.alike.findings import Findings
    from harness.site.server.view import View


MOST_POINTS = 5000
"""Points of a cloud that are drawn: a browser takes seconds over more, and they hide each other."""
FINE = 0.03
"""Width of an interval below which its ends take a third decimal."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Findings of the chosen boards, their source in words, and the vendors' names by id, short enough for an axis.

    ``found`` calls a model as the catalog does, except in ``measured``; ``labels`` has that name by a run's label.
    """

    found: Findings
    source: str
    name: str
    vendors: dict[str, str]
    labels: dict[str, str]
    key: tuple[tuple[str, ...], ...]
    """What tells the boards from all others."""


def shown(view: View, boards: list[Board], source: str) -> Shown:
    """Findings of ``boards``, computed once a generation of the database."""
    import pandas as pd

    runs = pd.concat([board.runs for board in boards]).dropna(subset=["vendor_id"]).drop_duplicates("vendor_id")
    vendors = {
        str(v): brief(view.say.name(en, zh), 24)
        for v, en, zh in zip(runs["vendor_id"], runs["vendor_en"], runs["vendor_zh"], strict=True)
    }
    found, labels = named(view, boards)
    return Shown(found, source, f"{boards[0].task}-{boards[0].suite_version}", vendors, labels, key=boards_key(boards))


def named(view: View, boards: list[Board]) -> tuple[Findings, dict[str, str]]:
    """Findings of ``boards`` under the catalog's names, and each model's by its run's label; cached: there may be 80,000 pairs."""

    def compute(key: tuple[tuple[str, ...], ...]) -> tuple[Findings, dict[str, str]]:
        found = findings(view, boards)
        labels = catalog_names(found.models, view.frame("models"))
        return replace(
            found, models=renamed(found.models, labels), pairs=renamed(found.pairs, labels),
            points=renamed(found.points, labels), successors=renamed(found.successors, labels),
        ), labels  # fmt: skip

    out: tuple[Findings, dict[str, str]] = view.derived("named_findings", compute, key=boards_key(boards))
    return out


def catalog_names(models: pd.DataFrame, catalog: pd.DataFrame) -> dict[str, str]:
    """The catalog's name of each model by its run's label; the label where the catalog lacks it or two labels share a name."""
    known = catalog.drop_duplicates("model_id").set_index("model_id")["name"]
    names = models["model_id"].map(known)
    names = names.where(names.notna() & ~names.duplicated(keep=False), models["label"])
    return dict(zip(models["label"].astype(str), names.astype(str), strict=True))


def renamed(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """The frame with ``names`` in its columns of models."""
    columns = [c for c in ("label", "a", "b", "before", "model") if c in frame]
    return frame.assign(**{c: frame[c].astype(object).map(lambda label: names.get(label, label)) for c in columns})


def findings(view: View, boards: list[Board]) -> Findings:
    """``market.alike.findings`` of the boards, cached."""

    def compute(key: tuple[tuple[str, ...], ...]) -> Findings:
        from harness.market.alike.findings import findings

        # Over generations of the database: publishing runs of other boards changes nothing here, and large boards take half a minute.
        found: Findings = view.by_content("item_likeness", content(view, boards), lambda: findings(view, boards))
        return found

    out: Findings = view.derived("item_likeness", compute, key=boards_key(boards))
    return out


def content(view: View, boards: list[Board]) -> str:
    """A hash of all that findings of the boards depend on: their runs and the results of these (sealed runs keep their items), the
    catalog's word on their models, and which other runs of these models there are."""
    from harness.site.capability.scale import fingerprint

    frames = [board.runs.assign(left_out=f"{board.rejected} {board.unfinished}") for board in boards]
    ids = sorted({str(id) for board in boards for id in board.runs["run_id"]})
    frames += [view.reader.frame("results", run_ids=ids), view.frame("runs_of_models")]
    return " ".join(fingerprint(frame) for frame in frames)


def boards_key(boards: list[Board]) -> tuple[tuple[str, ...], ...]:
    """What tells these boards from all others of the database."""
    return tuple((board.suite, board.suite_version, board.task, board.origin) for board in boards)


def thinned(view: View, points: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """At most MOST_POINTS of a cloud's points, and the words for it: all pairs of one group (``same``) as far as they go, of the
    others an even part over ``x``; all of them and no words where they are few enough."""
    if len(points) <= MOST_POINTS:
        return points, ""
    import numpy as np
    import pandas as pd

    def part(rows: pd.DataFrame, most: int) -> pd.DataFrame:
        kept = np.unique(np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(int))
        return rows.sort_values("x", kind="stable").iloc[kept]

    own = part(points[points["same"]], MOST_POINTS // 2)
    drawn = pd.concat([part(points[~points["same"]], MOST_POINTS - len(own)), own])
    return drawn, " " + view.say("likeness.sampled", drawn=f"{len(drawn):,}", all=f"{len(points):,}")


def measure_label(view: View, measure: str) -> str:
    """A measure's name as a choice: its first Latin letter is a capital, a Greek one stays as it is."""
    name = view.say(f"likeness.of_{measure}")
    return name[:1].upper() + name[1:] if name[:1].isascii() else name


def ends(view: View, low: float, high: float, digits: int = 2) -> str:
    """An interval in words: ``0.61 to 0.69``; a dash where it is not known."""
    return "–" if low != low or high != high else view.say(
        "likeness.ends", low=plain(low, digits), high=plain(high, digits)
    )  # fmt: skip


def gap_sentence(view: View, groups: pd.DataFrame, by: str, measure: str) -> str:
    """Whether models of one group are more alike than those of different groups, with both intervals where they part."""
    from harness.market.alike.findings import group_verdict

    say = view.say
    verdict, row = group_verdict(groups, by, measure)
    same, other = say(f"likeness.same_{by}"), say(f"likeness.other_{by}")
    if row is None:
        return say("likeness.gap_none", same=same, other=other)
    digits = 2 if row["high"] - row["low"] >= FINE else 3
    ends = {key: signed(row[key], digits) for key in ("low", "high", "models_low", "models_high")}
    gap, name = signed(row["mean"], digits), say(f"likeness.of_{measure}")
    sentence = say(f"likeness.gap_{verdict}", same=same, other=other, measure=name, gap=gap, **ends)
    return sentence[:1].upper() + sentence[1:]
