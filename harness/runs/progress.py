"""Messages and progress bars of a run, on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from harness.scrub import scrub

if TYPE_CHECKING:
    from harness.runs.estimate import Estimate
    from harness.runs.plan import Plan


class Progress:
    """Prints steps, the plan and bars to standard error; nothing to standard output."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)

    def step(self, text: str) -> None:
        """A step that takes a moment."""
        self._console.print(f"[dim]{escape(scrub(text))} …[/dim]", soft_wrap=True)

    def say(self, text: str) -> None:
        """A plain message (no markup is read from it)."""
        self._console.print(scrub(text), markup=False, soft_wrap=True)

    def warn(self, text: str) -> None:
        """Something went wrong; the work goes on."""
        self.say(text)

    def error(self, text: str) -> None:
        """Something failed."""
        self.say(text)

    @contextmanager
    def running(self) -> Iterator[None]:
        """The time in which a command may be followed."""
        yield

    def job(self, model: str, suite: str) -> None:
        """What follows is of this model and suite."""

    def plan(self, plan: Plan) -> None:
        """The plan: what will be scored, and what is left out and why."""
        for line in plan_lines(plan):
            self.say(line)

    def time(self, estimate: Estimate | None) -> None:
        """About how long scoring takes, and how that is known."""
        if estimate:
            self.say(
                f"  estimate: about {duration(estimate.seconds)} of scoring (from {estimate.run_id}, by items and size)"
            )
        else:
            self.say("  estimate: none, for no run of this suite, engine and dtype was completed on this device yet")

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        """A progress bar; call what it yields with the number of items done."""
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Bars(*columns, console=self._console, redirect_stdout=False, redirect_stderr=False) as bars:
            task = bars.add_task(scrub(title), total=total)
            yield lambda n: bars.advance(task, n)


def plan_lines(plan: Plan) -> Iterator[str]:
    """A plan in lines for people: what will be scored, and what is left out and why."""
    items, o = sum(t.items for t in plan.tasks), plan.options
    yield (
        f"{plan.source.name} · {plan.suite.name} {plan.suite.version} · {len(plan.tasks)} tasks, {items:,} items · "
        f"engine {o.engine}, {o.dtype} on {o.device} · plan {plan.hash[:8]}"
    )
    for kind in dict.fromkeys(t.kind for t in plan.tasks):
        names = list(dict.fromkeys(t.group or t.task for t in plan.tasks if t.kind == kind))
        yield f"  {kind}: {', '.join(names)}"
    if plan.left_out:
        yield f"  left out ({len(plan.left_out)} tasks; the run will be partial and get no index):"
        for reason, tasks in _by_reason(plan.left_out).items():
            shown = ", ".join(tasks[:4]) + (f" and {len(tasks) - 4} more" if len(tasks) > 4 else "")
            yield f"    {shown}: {reason}"


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _by_reason(left_out: object) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    assert isinstance(left_out, dict)
    for task, reason in left_out.items():
        grouped.setdefault(reason, []).append(task)
    return grouped
