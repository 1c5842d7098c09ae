"""``harness cost``: what a task and a token cost, and machines of one's own."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.options import Json

cost_app = typer.Typer(help="What models cost: a task, a token, machines of one's own.", no_args_is_help=True)


@cost_app.command("frontier")
def cost_frontier(
    by: Annotated[str, typer.Option(help="price (of a token) or task (its reported cost).")] = "price",
    market: Annotated[
        str, typer.Option(help="Whose price: list, cheapest (of those who make or run it) or any seller.")
    ] = "list",
    ratio: Annotated[float, typer.Option(help="Input tokens for each output token.")] = 3.0,
    cached: Annotated[float, typer.Option(help="Share of the input that is read from the cache, 0 to 1.")] = 0.0,
    benchmark: Annotated[
        str | None, typer.Option(help="The benchmark whose cost per task counts. Default: the one with most models.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All ranked models with a price or a cost.")] = False,
    json: Json = False,
) -> None:
    """What a task and a token of each ranked model cost, whose price it is, and which models are on the frontier."""
    from harness.commands.cost_frontier import frontier

    frontier(by=by, market=market, ratio=ratio, cached=cached, benchmark=benchmark, every=every, as_json=json)


@cost_app.command("self-host")
def cost_self_host(
    model: Annotated[str | None, typer.Argument(help="A model of the catalog; none with --params.")] = None,
    params: Annotated[float | None, typer.Option(help="Billions of parameters, in place of the catalog's.")] = None,
    active: Annotated[float | None, typer.Option(help="Billions of active parameters of a mixture of experts.")] = None,
    gpu: Annotated[str, typer.Option(help="The card (an unknown one is answered with all of them).")] = "H100",
    gpus: Annotated[int | None, typer.Option(help="Cards of one copy, 1 to 8. Default: as few as fit.")] = None,
    precision: Annotated[
        str | None, typer.Option(help="Of the weights: bf16, fp8, int8 or int4. Default: fp8 where the card has it.")
    ] = None,
    cache_precision: Annotated[str, typer.Option(help="Of the KV cache: bf16 or fp8.")] = "bf16",
    terms: Annotated[
        str, typer.Option(help="on-demand, one-year commitment, three-year commitment, spot or serverless.")
    ] = "on-demand",
    gpu_hour: Annotated[float | None, typer.Option(help="US$ per GPU-hour, in place of the catalog's rents.")] = None,
    electricity: Annotated[float, typer.Option(help="US$ per kWh where it is paid apart (own machines).")] = 0.0,
    context: Annotated[int, typer.Option(help="Tokens of a request, prompt and output.")] = 8192,
    output_tokens: Annotated[int | None, typer.Option(help="Those that are output. Default: a quarter.")] = None,
    concurrency: Annotated[
        int | None, typer.Option(help="Requests served at a time. Default: as many as the memory holds.")
    ] = None,
    utilisation: Annotated[float, typer.Option(help="Share of the day at full speed, 0.001 to 1.")] = 0.5,
    tokens_a_day: Annotated[float | None, typer.Option(help="Tokens a day, in and out, such as 50e6.")] = None,
    api_price: Annotated[
        float | None, typer.Option(help="US$ per million tokens at an API. Default: the list price.")
    ] = None,
    basis: Annotated[
        str, typer.Option(help="Throughput: auto (published where comparable), estimated, published or measured.")
    ] = "auto",
    json: Json = False,
) -> None:
    """A model on machines of one's own: GPUs, tokens per second, cost per token, and when it pays against an API."""
    from harness.commands.self_host import self_host
    from harness.market.own_machines.ask import Ask

    ask = Ask(
        model=model, params_b=params, active_b=active, gpu=gpu, gpus=gpus, precision=precision,
        cache_precision=cache_precision, terms=terms, usd_per_gpu_hour=gpu_hour, usd_per_kwh=electricity,
        context=context, output_tokens=output_tokens, requests=concurrency, utilisation=utilisation,
        tokens_a_day=tokens_a_day, api_per_mtok=api_price, basis=basis,
    )  # fmt: skip
    self_host(ask, as_json=json)
