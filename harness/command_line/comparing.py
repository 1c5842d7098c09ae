"""Models against each other: on shared items, on the scale of published scores, by their errors."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.options import Json, parts


def compare(
    model: Annotated[
        list[str], typer.Argument(metavar="MODEL...", help="Two or more models: full names or unique endings.")
    ],
    suite: Annotated[
        str | None, typer.Option(help="The suite to compare on. Default: the one they share most of.")
    ] = None,
    json: Json = False,
) -> None:
    """Two or more models on every item that they share, with costs; then paired differences per task and index of one suite."""
    from harness.commands.compare import compare as show

    show(model, suite=suite, as_json=json)


def scale(
    least: Annotated[
        int | None, typer.Option(min=1, help="The fewest benchmarks that a ranked product has. Default: 5.")
    ] = None,
    expect: Annotated[
        str | None,
        typer.Option(
            help="Add the score to be expected on this benchmark: an id or name, or any unique ending or beginning of one."
        ),
    ] = None,
    domain: Annotated[
        str | None,
        typer.Option(
            help="Add points in coding_agents, mathematics, knowledge_reasoning or chinese, and list by them."
        ),
    ] = None,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="A B", help="Two products alone: their difference in points, and the benchmarks they share."
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="List all products, ranked or not. Default: the first 30.")
    ] = False,
    json: Json = False,
) -> None:
    """The capability scale of published scores, in points: who leads, by how much, and who is not ranked and why."""
    from harness.commands import scale as command

    if compare is None:
        command.scale(least=least, expect=expect, domain=domain, every=every, as_json=json)
        return
    if least is not None or expect is not None or domain is not None or every:
        raise typer.BadParameter("it goes with --json alone.", param_hint="--compare")
    command.compare(*compare, as_json=json)


def alike(
    benchmark: Annotated[
        str | None,
        typer.Option(
            help="A benchmark with known items, or several with commas. Default: of the benchmarks with models of the last year the one with most models × vendors × items."
        ),
    ] = None,
    models: Annotated[str | None, typer.Option(help="These models alone, with commas. Default: all on it.")] = None,
    groups: Annotated[
        bool, typer.Option("--groups", help="Add vendors, segments, countries, open and closed, and dimensions.")
    ] = False,
    trend: Annotated[bool, typer.Option("--trend", help="Add the change per year of release.")] = False,
    portfolio: Annotated[
        bool,
        typer.Option(
            "--portfolio",
            help="What two and three models solve together and at what cost, votes, what no model solves, vendors that can stand for each other. As text it stands alone.",
        ),
    ] = False,
    without: Annotated[str | None, typer.Option(help="With --portfolio: leave these models out, with commas.")] = None,
    next_to: Annotated[
        str | None,
        typer.Option(help="With --portfolio: the model that a second one is sought for. Default: the most accurate."),
    ] = None,
    priced: Annotated[
        bool, typer.Option("--priced", help="With --portfolio: only models that have a list price now.")
    ] = False,
    json: Json = False,
) -> None:
    """How alike models err on the items that they share: beyond their accuracies, and beyond the items' difficulty."""
    from harness.commands import alike as command
    from harness.commands.portfolios.portfolio_output import PortfolioChoice

    if not portfolio and (without or next_to or priced):
        raise typer.BadParameter("it goes with --portfolio.", param_hint="--without, --next-to, --priced")
    if portfolio and (groups or trend) and not json:
        raise typer.BadParameter("with --portfolio it goes with --json alone.", param_hint="--groups, --trend")
    choice = PortfolioChoice(parts(without or ""), next_to, priced) if portfolio else None
    command.alike(benchmark=benchmark, models=models, by_group=groups, over_time=trend, portfolio=choice, as_json=json)
