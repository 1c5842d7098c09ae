"""How much evidence a reader asks of a ranked product: one control, the same on every part of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.scale.ranks import LEAST_BENCHMARKS
from harness.site.capability import scale
from harness.site.widgets import controls

if TYPE_CHECKING:
    from harness.site.server.view import View


def least_benchmarks(view: View) -> int:
    """The fewest benchmarks of a ranked product."""
    say, asked = view.say, list(range(LEAST_BENCHMARKS, scale.MOST_ASKED + 1))
    return int(controls.select(say("reported.least"), asked, "least", lambda n: say("reported.least_of", n=n)))
