"""Do the models make the same mistakes, why, and does it change?

Navigation: market 2 join_inner
"""

from __future__ import annotations

from collections.abc import Callable

from harness.site.likeness import concentration, dimension_charts, groups, heat_of_pairs, over_time
from harness.site.likeness.answer import answer
from harness.site.likeness.buyer import buyer
from harness.site.likeness.shown import Shown, shown
from harness.site.server import view
from harness.site.server.view import View
from harness.site.widgets import blocks, controls, item_boards

seen = view.current()
say = seen.say
blocks.heading(seen, "homogeneity")

PARTS: dict[str, Callable[[View, Shown], None]] = {
    "answer": heat_of_pairs.show,
    "groups": groups.show,
    "over_time": over_time.show,
    "dimensions": dimension_charts.show,
    "buyer": lambda seen, chosen: buyer.show(seen, chosen.found.measured),
}
boards = item_boards.choose(seen)
if boards:
    chosen = shown(seen, boards, item_boards.source(seen, boards))
    models = chosen.found.models
    item_boards.about(seen, boards, models=len(models), vendors=models["vendor_id"].nunique(), items=chosen.found.items)
    answer(seen, chosen)
    part = controls.segmented(
        say("runs_and_samples.part"), [*PARTS, "concentration"], "view", lambda p: say(f"likeness.part_{p}")
    )
    if part == "concentration":
        concentration.show(seen)
    else:
        PARTS[part](seen, chosen)
else:
    blocks.empty(seen, say("homogeneity.empty"), "harness run --suite core-en --model <one> --model <other>")
    concentration.show(seen)
blocks.page_link(seen, "cost", say("homogeneity.prices"), ":material/payments:")
