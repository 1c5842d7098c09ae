"""The planner's works of a night's models: what each needs and takes, from its files and past runs, and what its file asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from harness import places
from harness.engine.memory.look import size_of
from harness.engine.memory.size import Size
from harness.errors import BadInput
from harness.fleet.asked.checks import options_of
from harness.fleet.asked.night import ModelRuns, Night
from harness.fleet.expected_time import SuiteAsked, past_runs
from harness.fleet.model import Need, Node, Work
from harness.fleet.needs import WINDOW, unknown, work_of
from harness.runs.jobs.file_runs import FileRun
from harness.runs.jobs.fleet_settings import Share
from harness.suites.load import load_suite


def works(
    models: Sequence[ModelRuns], nodes: Sequence[Node], night: Night, say: Callable[[str, str], None]
) -> dict[str, Work]:
    """The works of models, by key, on these nodes; ``say`` is told of sizes that nobody knows."""
    suites = {run.suite: load_suite(run.suite) for model in models for run in model.runs}
    past = past_runs(places.runs(), [suite.name for suite in suites.values()])
    cards = sorted({card.name for node in nodes for card in node.cards})
    out = {}
    for model in models:
        first = options_of(model.runs[0], night)
        size = _size(model, night)
        on_cards = bool(cards) and model.may_have_cards
        if first.engine != "api" and (sentence := unknown(size)):
            say(model.key, sentence)
        work = work_of(
            model.key, model.model, size, [_asked(run, night) for run in model.runs], cards, first.engine,
            first.dtype if first.dtype != "auto" else "bf16" if on_cards else "fp32",
            device="cuda" if on_cards else "cpu",
            window=max((s.window or WINDOW for s in (suites[run.suite] for run in model.runs)), default=WINDOW), past=past,
        )  # fmt: skip
        out[model.key] = replace(work, need=needed(work.need, model.share, nodes, on_cards=on_cards))
    return out


def needed(need: Need, share: Share, nodes: Sequence[Node], *, on_cards: bool) -> Need:
    """A need with what the run file says in its place; processors as many as the largest node has at most."""
    most = max((node.cpus for node in nodes), default=need.cpus)
    need = replace(need, cpus=share.cpus if share.cpus is not None else min(need.cpus, most))
    if share.cards is not None and share.cards > 0:
        counts = tuple(n for n in need.card_counts or range(2, share.cards + 1) if n <= share.cards)
        need = replace(need, whole_card=True, most_cards=share.cards, card_counts=counts)
    if share.memory_gb is not None:
        gb = share.memory_gb
        need = replace(need, card_memory_gb=gb, room_gb=gb) if on_cards else replace(need, memory_gb=gb)
    return need


def _asked(run: FileRun, night: Night) -> SuiteAsked:
    suite, options = load_suite(run.suite), options_of(run, night)
    items = options.sample if options.sample is not None else options.limit
    return SuiteAsked(suite.name, len(suite.tasks), int(items) if items is not None and items >= 1 else None)


def _size(model: ModelRuns, night: Night) -> Size:
    options = options_of(model.runs[0], night)
    if options.engine == "api":
        return Size()
    try:
        return size_of(model.model, revision=options.revision, offline=options.offline)
    except BadInput:
        return Size()  # its own process says what is wrong with it
