"""What the market looks like as a whole: groups that err alike, items that all fail, concentration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts import dots
from harness.charts.text import number
from harness.site.widgets import blocks

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


def group_rows(view: View, found: pd.DataFrame, groups: str) -> pd.DataFrame:
    """Agreement within and between groups as rows of a dot plot."""
    import pandas as pd

    prefix = "segment" if groups == "segments" else "country"
    rows = []
    known = found[found["relation"].isin(["within", "between"]) & found["kappa"].notna()]
    for row in known.itertuples():
        if isinstance(row.group_a, str) and row.group_a and row.group_a != "all":
            a, b = (view.say.known(prefix, g) for g in (row.group_a, row.group_b))
            name = a if row.group_a == row.group_b else f"{a} × {b}"
        else:
            name = view.say("homogeneity.all_" + str(row.relation))
        rows.append((view.say("homogeneity.kappa"), name, row.kappa, row.low, row.high, row.pairs))
    return pd.DataFrame(rows, columns=["thing", "dimension", "value", "low", "high", "pairs"])


def group_sentence(view: View, found: pd.DataFrame) -> str:
    """Whether models of one group err more alike than models of different groups."""
    apart = found[found["relation"].astype(str).str.contains("−")]
    if apart.empty or apart.iloc[0]["kappa"] != apart.iloc[0]["kappa"]:
        return view.say("homogeneity.groups_unknown")
    row = apart.iloc[0]
    values = {"gap": number(abs(row["kappa"]), 3), "low": number(row["low"], 3), "high": number(row["high"], 3)}
    if row["low"] > 0:
        return view.say("homogeneity.groups_alike", **values)
    if row["high"] < 0:
        return view.say("homogeneity.groups_apart", **values)
    return view.say("homogeneity.groups_same", **values)


def failed(view: View, shares: pd.DataFrame, source: str) -> None:
    """How many items everybody gets wrong, beside what chance would give."""
    import pandas as pd

    say = view.say
    if shares.empty or shares["share"].isna().all():
        return
    every = shares.iloc[-1]
    rows = pd.concat(
        [
            pd.DataFrame({"thing": say("homogeneity.observed"), "dimension": shares["failed_by"].astype(int).astype(str),
                          "value": shares["share"]}),
            pd.DataFrame({"thing": say("homogeneity.expected"), "dimension": shares["failed_by"].astype(int).astype(str),
                          "value": shares["expected_share"]}),
        ]
    )  # fmt: skip
    blocks.chart(
        view,
        dots.profile(
            rows,
            title=say("homogeneity.all_fail", share=f"{every['share']:.1%}", expected=f"{every['expected_share']:.1%}"),
            unit=say("homogeneity.share"),
            note=say("homogeneity.fail_note"),
            source=source,
            name="failed-by",
        ),
    )
