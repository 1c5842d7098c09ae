"""Charts for a buyer: what each second model gains at which cost, and how far few models, votes and all models come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.cost.frontier import pareto
from harness.charts import dots, scatter
from harness.charts.text import dollars
from harness.site.likeness.buyer.sentences import finding

if TYPE_CHECKING:
    from harness.charts.chart import Chart
    from harness.site.likeness.buyer.bought import Bought
    from harness.site.server.view import View

LABELLED = 9
"""Second models whose names are written beside their marks: more would meet on a telephone."""
LISTED = 15
"""Second models that are drawn where costs are not known."""


def partners(view: View, bought: Bought) -> Chart:
    """Gain of each second model against the cost of a task; the gain alone where costs are not known."""
    import pandas as pd

    say, partner = view.say, bought.found.partner
    over = bought.models[partner.over]
    rows = partner.table
    edge = pareto(rows["cost"], rows["gain"])  # named first: the cheapest of them would go without a name else
    rows = pd.concat([rows[edge], rows[~edge]])
    frame = pd.DataFrame(
        {"label": rows["partner"].map(bought.models), "x": rows["cost"], "x_low": rows["cost_low"],
         "x_high": rows["cost_high"], "y": rows["gain"] * bought.items, "y_low": rows["gain_low"] * bought.items,
         "y_high": rows["gain_high"] * bought.items, "segment": rows["partner"].map(bought.segments),
         "note": [say("buyer.solved_of", share=f"{score:.1%}") for score in rows["score"]]}
    )  # fmt: skip
    title, name = finding(view, bought, partner), f"partners-{bought.board}"
    if frame["x"].isna().all():  # then none is on the edge, and they come by gain
        shown = frame.head(LISTED).rename(columns={"y": "difference", "y_low": "low", "y_high": "high"})
        shown = shown.assign(significant=shown["low"] > 0)
        labels = (say("buyer.gains"), say("buyer.may_gain"))
        return dots.differences(
            shown, say, title=title, unit=say("buyer.gain_axis", over=over), note=say("buyer.gain_note"),
            source=bought.source, name=name, labels=labels,
        )  # fmt: skip
    alone = {"label": say("buyer.alone", over=over), "x": partner.alone, "y": 0.0, "segment": bought.segments[partner.over],
             "note": ""}  # fmt: skip
    frame = pd.concat([frame.head(1), pd.DataFrame([alone]), frame.iloc[1:]], ignore_index=True)
    return scatter.points(
        frame, say, x_unit=say("buyer.cost_axis"), y_unit=say("buyer.gain_axis", over=over), title=title,
        note=say("buyer.gain_cost_note", alone=dollars(partner.alone)), source=bought.source, name=name, log_x=True,
        origin="imported", labels=LABELLED + 1, middle=(partner.alone, 0.0) if partner.alone == partner.alone else None,
    )  # fmt: skip


def bound(view: View, bought: Bought) -> Chart:
    """Share of the tasks that the best model, the best two and three, all models and votes solve."""
    import pandas as pd

    say, found = view.say, bought.found
    routing = found.routing
    words = [say("buyer.bound_one"), say("buyer.bound_two"), say("buyer.bound_three")]
    rows = [(say("buyer.perfect"), words[i], row.score, row.low, row.high) for i, row in
            enumerate(routing.iloc[:-1].itertuples())]  # fmt: skip
    every = routing.iloc[-1]
    rows.append(
        (say("buyer.perfect"), say("buyer.bound_all", n=every["size"]), every["score"], every["low"], every["high"])
    )
    for row in found.votes.to_dict("records"):
        rows.append(
            (say("buyer.vote"), say("buyer.vote_of", n=row["size"]), row["score"], row["score_low"], row["score_high"])
        )
    frame = pd.DataFrame(rows, columns=["thing", "dimension", "value", "low", "high"])
    for column in ("value", "low", "high"):
        frame[column] = 100 * frame[column]
    few = routing.iloc[-2]
    return dots.profile(
        frame,
        title=say("buyer.bound_title", n=int(every["size"]), all=f"{every['score']:.1%}", one=f"{routing.iloc[0]['score']:.1%}",
                  few=words[len(routing) - 2], share=f"{few['score']:.1%}"),
        unit=say("buyer.bound_axis"), note=say("buyer.bound_note"), source=bought.source, name=f"routing-{bought.board}",
    )  # fmt: skip
