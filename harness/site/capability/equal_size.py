"""Segments, or countries, against each other at equal size, and with the borderline vendors in their other segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts import dots
from harness.charts.text import number
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

LEAST = 3
"""Models with a known size that a group needs."""


def compared(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """``analysis.segments.size_adjusted`` over the groups that are large enough to be compared."""
    from harness.analysis.segments import size_adjusted

    return size_adjusted(_known(frame, by), group=by)


def _known(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """Models with size, score and group, of groups that are large enough."""
    rows = frame[frame["params_b"].notna() & (frame["params_b"] > 0) & frame["score"].notna() & frame[by].notna()]
    counts = rows[by].value_counts()
    rows = rows[rows[by].isin(counts.index[counts >= LEAST])]
    return rows.astype({"score": float, "params_b": float})


@contained.section
def show(view: View, frame: pd.DataFrame, *, unit: str, source: str, name: str, digits: int = 2) -> None:
    """Difference of each group from the largest at equal size, with intervals; ``digits`` decimals in sentences."""
    say = view.say
    blocks.section(say("equal_size.title"), say("equal_size.lead"))
    by = controls.segmented(say("equal_size.by"), ["segment", "country"], "equal", lambda b: say(f"controls.{b}"))
    found = compared(frame, by)
    if found.empty:
        st.info(say("equal_size.too_few", least=LEAST), icon=":material/info:")
        return
    found = found.assign(
        label=[say.known(by, g) for g in found["group"]], significant=(found["low"] > 0) | (found["high"] < 0)
    )
    base = say.known(by, found.iloc[0]["against"])
    blocks.chart(
        view,
        dots.differences(
            found[["label", "difference", "low", "high", "significant", "models", "p_value", "slope_per_tenfold"]], say,
            title=_sentence(view, found, base, digits), unit=unit,
            note=say("equal_size.note", base=base, slope=number(float(found.iloc[0]["slope_per_tenfold"]), digits)),
            source=source, name=f"equal-size-{by}-{name}", labels=(say("claims.told"), say("equal_size.even")),
        ),
    )  # fmt: skip
    if by == "segment":
        _moved(view, frame, str(found.iloc[0]["against"]), source=source, name=name, digits=digits)


def moved(frame: pd.DataFrame, vendors: pd.DataFrame, against: str) -> pd.DataFrame:
    """``analysis.segments.moved_segments`` over the groups that are large enough; ``vendors`` names the borderline ones."""
    from harness.analysis.segments import moved_segments

    other = dict(zip(vendors["vendor_id"], vendors["segment_borderline"], strict=True))
    rows = _known(frame, "segment")
    return moved_segments(rows.assign(segment_borderline=rows["vendor_id"].map(other)), against=against)


def _moved(view: View, frame: pd.DataFrame, against: str, *, source: str, name: str, digits: int) -> None:
    """The same differences with each borderline vendor in its other segment."""
    say = view.say
    vendors = view.frame("vendors")
    differences = moved(frame, vendors, against)
    if differences.empty:
        st.caption(say("equal_size.moved_nobody", vendors=int(vendors["segment_borderline"].notna().sum())))
        return
    names = dict(zip(frame["vendor_id"], frame["vendor"], strict=True))
    movers = [v for v in dict.fromkeys(differences["moved"]) if v in names]
    cases = {
        "none": say("equal_size.as_stated"),
        "all": say("equal_size.all_moved"),
        **{v: say("equal_size.one_moved", vendor=names[v]) for v in movers},
    }
    groups = zip(differences["group"], differences["moved"], strict=True)
    differences = differences.assign(
        case=differences["moved"].map(cases), significant=(differences["low"] > 0) | (differences["high"] < 0),
        label=[f"{say.known('segment', g)} · {cases[m]}" for g, m in groups],
    )  # fmt: skip
    moved_names = [names[v] for v in movers]
    keep = ["label", "difference", "low", "high", "significant", "group", "against", "moved", "models", "p_value"]
    blocks.chart(
        view,
        dots.differences(
            differences.sort_values("group", kind="stable")[keep], say, title=_moved_sentence(view, differences, moved_names, digits),
            unit=say("equal_size.moved_unit", base=say.known("segment", against)),
            note=say("equal_size.moved_note", base=say.known("segment", against), vendors=", ".join(moved_names)),
            source=source, name=f"moved-segments-{name}", labels=(say("claims.told"), say("equal_size.even")),
        ),
    )  # fmt: skip


def _moved_sentence(view: View, found: pd.DataFrame, movers: list[str], digits: int) -> str:
    """Whether any conclusion changes, and the group whose difference moves most."""
    stated = found[found["moved"] == "none"].set_index("group")
    others: Any = found[found["moved"] != "none"]
    before = stated.loc[others["group"]]
    shift = abs(others["difference"].to_numpy(dtype=float) - before["difference"].to_numpy(dtype=float))
    turned = others["significant"].to_numpy(dtype=bool) != before["significant"].to_numpy(dtype=bool)
    row = others.iloc[int((shift + turned * 1e6).argmax())]
    return view.say(
        "equal_size.moved_changes" if turned.any() else "equal_size.moved_same",
        vendors=", ".join(movers),
        group=view.say.known("segment", row["group"]),
        base=view.say.known("segment", row["against"]),
        before=number(float(stated.loc[row["group"], "difference"]), digits, signed=True),
        after=number(float(row["difference"]), digits, signed=True),
    )


def _sentence(view: View, found: pd.DataFrame, base: str, digits: int) -> str:
    """The difference that can be told from none, or that there is none."""
    say = view.say
    clear = found[found["significant"]]
    row: Any = (clear if len(clear) else found).sort_values("difference", key=abs, ascending=False).iloc[0]
    key = "none" if clear.empty else "above" if row["difference"] > 0 else "below"
    ends = {k: number(float(row[k]), digits) for k in ("low", "high")}
    return say(
        f"equal_size.{key}", group=row["label"], base=base, gap=number(abs(float(row["difference"])), digits), **ends
    )
