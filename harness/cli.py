"""The command line: options of every command, each of which calls one function of its package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness import __version__
from harness.catalog.commands import app as catalog_app
from harness.fleet.commands import app as fleet_app

app = typer.Typer(
    name="harness",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Evaluate open language models, keep every result, and compare capability, cost and company.",
)
suites_app = typer.Typer(help="The suites: named, versioned lists of tasks.", invoke_without_command=True)
db_app = typer.Typer(help="The database: make it again, verify it.", no_args_is_help=True)
cost_app = typer.Typer(help="What models cost: a task, a token, machines of one's own.", no_args_is_help=True)
data_app = typer.Typer(help="Data and models for a box without internet; backups.", no_args_is_help=True)
app.add_typer(suites_app, name="suites")
app.add_typer(catalog_app, name="catalog")
app.add_typer(cost_app, name="cost")
app.add_typer(data_app, name="data")
app.add_typer(db_app, name="db")
app.add_typer(fleet_app, name="fleet")

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else there.")]
Task = Annotated[
    str | None, typer.Option("--for", help="The kind of task: an id or name, or any unique beginning of one.")
]
Budget = Annotated[
    float | None, typer.Option(help="At most this list price: USD per million tokens, blended at --ratio.")
]
TaskBudget = Annotated[float | None, typer.Option(help="At most this cost of one task, USD.")]
Ratio = Annotated[float | None, typer.Option(help="Input tokens for each output token. Default: 3.")]
OpenWeights = Annotated[bool, typer.Option("--open", help="Open weights alone.")]
Licence = Annotated[str, typer.Option(help="any, or permissive (such as MIT and Apache 2.0).")]
Spoken = Annotated[
    str, typer.Option(help="A test in this language must be reported: zh or en. Default: the task's own.")
]
Makers = Annotated[str, typer.Option(help="Made by vendors of these countries, such as CN,US.")]
Hosts = Annotated[str, typer.Option(help="Sold by a maker, cloud or host of these countries.")]
Context = Annotated[int | None, typer.Option(help="At least so many tokens of context.")]
Modality = Annotated[str, typer.Option(help="What the model must read: image, pdf, audio, video; with commas.")]
Memory = Annotated[
    float | None, typer.Option(help="Weights within so many GB (context comes on top), at --bits a parameter.")
]
Bits = Annotated[int, typer.Option(help="Bits of a parameter for --memory: 16, 8 or 4.")]


def _version(value: bool) -> None:
    if value:
        print(f"harness {__version__}")
        raise typer.Exit


def _given(context: typer.Context) -> frozenset[str]:
    """Names of the options that the command line itself gives, be it with their default."""
    return frozenset(n for n in context.params if getattr(context.get_parameter_source(n), "name", "") == "COMMANDLINE")


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Evaluate open language models, keep every result, and compare capability, cost and company."""


@app.command()
def run(
    context: typer.Context,
    suite: Annotated[str | None, typer.Option(help="A suite's name (`harness suites`) or a suite file.")] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="A folder, a hub id, a reference model, or any unique ending of a name; may be given several times. For --engine api: "
            "MODEL@URL, such as Qwen/Qwen3-0.6B@http://localhost:8000/v1 (key: OPENAI_API_KEY)."
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            help="A run file (YAML) of models, suites and options, in place of --suite and --model; options given here "
            "override the file's (docs/run_files.md)."
        ),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="packed (ours), hf (lm-eval's reference), vllm, or api (an OpenAI-compatible server).")
    ] = "packed",
    dtype: Annotated[
        str | None, typer.Option(help="fp32, bf16 or fp16. Default: bf16 on a GPU that has it, else fp32.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:N or mps. Default: cuda, else cpu.")] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit of a hub model.")] = None,
    limit: Annotated[
        float | None, typer.Option(help="Score the first N items of each task; below 1, that share of them (0.1).")
    ] = None,
    sample: Annotated[int | None, typer.Option(help="Score N random items of each task (seeded).")] = None,
    deterministic: Annotated[
        bool,
        typer.Option(
            "--deterministic", help="Fixed batch shapes: a score does not depend on what else is in the batch."
        ),
    ] = False,
    precision: Annotated[
        float | None, typer.Option(help="Stop a task when its 95% interval is narrower than ±X.")
    ] = None,
    chat_template: Annotated[bool, typer.Option("--chat-template", help="Apply the model's chat template.")] = False,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Let this one model run its own code. Off by default.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Touch no network: data from LANDSCAPE_HUB or the local cache.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse where a task's data is missing.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Make a new run although a sealed one exists; take no answers from others.")
    ] = False,
    tasks: Annotated[
        list[Path] | None,
        typer.Option(
            help="A folder of own lm-eval task files that suites may name, read as data; may be given several times."
        ),
    ] = None,
    trust_task_code: Annotated[
        bool,
        typer.Option("--trust-task-code", help="Let the task files of --tasks run code of their own. Off by default."),
    ] = False,
    notify: Annotated[
        str | None,
        typer.Option(
            help="A command to run at the end, however it ends, with the summary as JSON on its standard input (no shell; "
            "at most 60 seconds; its failure is a warning)."
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say warnings and errors alone on standard error.")] = False,
    log: Annotated[
        str,
        typer.Option(
            help="text: bars on a terminal, else a line with the time at every step and every minute. json: one JSON "
            "object a line (time, level, event, message, model, suite, done, total, rate, eta).",
        ),
    ] = "text",
    json: Json = False,
) -> None:
    """Run a suite on one or more models, or a run file; killed at any point, the same command goes on from there."""
    from harness.runs.command.log_lines import progress
    from harness.runs.jobs.asking import Asked, run_asked

    options = {
        "engine": engine, "dtype": dtype, "device": device, "revision": revision, "limit": limit, "sample": sample,
        "deterministic": deterministic, "precision": precision, "chat_template": chat_template,
        "trust_remote_code": trust_remote_code, "offline": offline, "strict": strict, "again": again,
        "tasks": tuple(map(str, tasks or ())), "trust_task_code": trust_task_code,
    }  # fmt: skip
    asked = Asked(suite, tuple(model or ()), file, options, _given(context))
    raise typer.Exit(run_asked(asked, notify=notify, show=progress(quiet=quiet, log=log), as_json=json))


@app.command()
def verify(
    model: Annotated[list[str], typer.Option(help="As for `harness run`; may be given several times.")],
    dtype: Annotated[str | None, typer.Option(help="fp32, bf16 or fp16. Default: as for `harness run`.")] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:N or mps. Default: cuda, else cpu.")] = None,
    shuffle: Annotated[
        bool, typer.Option("--shuffle", help="Also state how far scores move with their order and company.")
    ] = False,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit of a hub model.")] = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Let this model run its own code. Off by default.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Touch no network.")] = False,
    minutes: Annotated[
        float | None,
        typer.Option(
            help="Stop after so many minutes (a batch that is begun is finished), and judge what was compared by then."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Score a calibration set with packed and with hf, and say whether they agree on this machine."""
    from harness.runs.verification.command import verify_models

    code = verify_models(
        model, dtype=dtype, device=device, shuffle=shuffle, revision=revision,
        trust_remote_code=trust_remote_code, offline=offline, minutes=minutes, as_json=json,
    )  # fmt: skip
    raise typer.Exit(code)


@suites_app.callback()
def suites(context: typer.Context, json: Json = False) -> None:
    """List the suites, or check them."""
    if context.invoked_subcommand is None:
        from harness.commands.listing import suites as show

        show(as_json=json)


@suites_app.command("check")
def suites_check(
    suite: Annotated[
        list[str] | None,
        typer.Option(help="A suite's name or file; may be given several times. Default: all that ship."),
    ] = None,
    tasks: Annotated[list[Path] | None, typer.Option(help="As for `harness run`; may be given several times.")] = None,
    trust_task_code: Annotated[bool, typer.Option("--trust-task-code", help="As for `harness run`.")] = False,
    json: Json = False,
) -> None:
    """Validate every suite against the installed lm-eval and own task files."""
    from harness.commands.listing import suites_check as check

    raise typer.Exit(check(suite or (), tasks or (), trust_task_code, as_json=json))


@app.command()
def models(
    vendor: Annotated[str | None, typer.Option(help="Only this vendor's.")] = None,
    segment: Annotated[str | None, typer.Option(help="big-tech, startup, lab or reference.")] = None,
    open_weights: Annotated[
        bool | None, typer.Option("--open/--closed", help="Only open or only closed weights.")
    ] = None,
    json: Json = False,
) -> None:
    """List the models of the catalog."""
    from harness.commands.listing import models as show

    show(vendor=vendor, segment=segment, open_weights=open_weights, as_json=json)


@app.command()
def vendors(
    name: Annotated[
        str | None,
        typer.Argument(help="One vendor: its id, its name in either language, a brand or a product. Default: all."),
    ] = None,
    rank: Annotated[
        bool, typer.Option("--rank", help="Score and rank on each of the five dimensions, with 90% intervals.")
    ] = False,
    segment: Annotated[str | None, typer.Option(help="big-tech, startup, lab or reference.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166-1 alpha-2, such as CN.")] = None,
    json: Json = False,
) -> None:
    """The vendors with rank, value and newest release; or one vendor's profile: five dimensions, figures, releases, relations."""
    from harness.commands.companies.vendors import vendors as show

    show(name, rank=rank, segment=segment, country=country, as_json=json)


@app.command()
def runs(
    suite: Annotated[str | None, typer.Option(help="Only runs of this suite.")] = None,
    model: Annotated[str | None, typer.Option(help="Only runs of this model: a full name or a unique ending.")] = None,
    origin: Annotated[str | None, typer.Option(help="measured or imported.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="The newest N. Default: 50.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    json: Json = False,
) -> None:
    """List the runs in the database, newest first."""
    from harness.commands.listing import runs as show

    show(suite=suite, model=model, origin=origin, limit=limit, every=every, as_json=json)


@app.command()
def show(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="A run id, or a unique part of one.")],
    json: Json = False,
) -> None:
    """One run: its scores with intervals, its verdict and its evidence."""
    from harness.commands.show import run as show_run

    show_run(run_id, as_json=json)


@app.command()
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


@app.command()
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


@app.command()
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
    choice = PortfolioChoice(command.listed(without), next_to, priced) if portfolio else None
    command.alike(benchmark=benchmark, models=models, by_group=groups, over_time=trend, portfolio=choice, as_json=json)


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


@app.command()
def choose(
    task: Task = None,
    budget: Budget = None,
    budget_per_task: TaskBudget = None,
    ratio: Ratio = None,
    open_weights: OpenWeights = False,
    licence: Licence = "any",
    language: Spoken = "",
    country: Makers = "",
    host_country: Hosts = "",
    context: Context = None,
    modality: Modality = "",
    memory: Memory = None,
    bits: Bits = 16,
    since: Annotated[str | None, typer.Option(help="Released since this date (2026-01-31).")] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="List all models, those without any score too. Default: the first 10 of each list."),
    ] = False,
    json: Json = False,
) -> None:
    """The models for a kind of task (without --for, the kinds that there are) under conditions: which suits best, by which
    margin, at what price, on what evidence."""
    from harness.commands import choose as command

    if task is None:
        _only_with_for(
            budget, budget_per_task, ratio, open_weights, licence != "any", language, country, host_country, context,
            modality, memory, bits != 16, since,
        )  # fmt: skip
        command.kinds(as_json=json)
        return
    wish = command.wish(
        task, budget=budget, budget_per_task=budget_per_task, ratio=ratio, open_weights=open_weights, licence=licence,
        language=language, country=country, host_country=host_country, context=context, modality=modality, memory=memory,
        bits=bits, since=since,
    )  # fmt: skip
    command.choose(wish, every=every, as_json=json)


def _only_with_for(*given: object) -> None:
    """Refuse conditions of a choice without the task that the choice is for."""
    if any(value not in (None, "", False) for value in given):
        raise typer.BadParameter("conditions on a model need the task that it is for.", param_hint="--for")


@app.command()
def report(
    vendors: Annotated[
        list[str] | None, typer.Option(help="Vendors, by id or name; several with commas. Default: all.")
    ] = None,
    models: Annotated[
        list[str] | None, typer.Option(help="Models, by id or a unique ending; several with commas. Default: all.")
    ] = None,
    segment: Annotated[list[str] | None, typer.Option(help="big-tech, startup, lab or reference.")] = None,
    format: Annotated[
        list[str] | None, typer.Option(help="html, pdf, pptx, xlsx, md, csv, parquet; with commas.")
    ] = None,
    lang: Annotated[str, typer.Option(help="The code of one of the site's languages.")] = "en",
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("reports-out"),
    since: Annotated[str | None, typer.Option(help="Add what changed since this date (2026-01-31).")] = None,
    task: Task = None,
    budget: Budget = None,
    budget_per_task: TaskBudget = None,
    ratio: Ratio = None,
    open_weights: OpenWeights = False,
    licence: Licence = "any",
    language: Spoken = "",
    country: Makers = "",
    host_country: Hosts = "",
    context: Context = None,
    modality: Modality = "",
    memory: Memory = None,
    bits: Bits = 16,
    verify: Annotated[
        Path | None, typer.Option(help="Recompute the numbers of a report and say which changed; makes none.")
    ] = None,
    json: Json = False,
) -> None:
    """A comparison of vendors or models that people can forward; with --for, which model to choose for a kind of task."""
    from harness.commands import choose as command
    from harness.reports.commands import report as make

    if task is None:
        _only_with_for(
            budget, budget_per_task, ratio, open_weights, licence != "any", language, country, host_country, context,
            modality, memory, bits != 16,
        )  # fmt: skip
    wish = None if task is None else command.wish(
        task, budget=budget, budget_per_task=budget_per_task, ratio=ratio, open_weights=open_weights, licence=licence,
        language=language, country=country, host_country=host_country, context=context, modality=modality, memory=memory,
        bits=bits,
    )  # fmt: skip

    code = make(
        vendors=vendors or (), models=models or (), segments=segment or (), formats=format or ("html",), lang=lang,
        out=out, since=since, wish=wish, verify=verify, as_json=json,
    )  # fmt: skip
    raise typer.Exit(code)


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A file or folder of another tool's results.")],
    format: Annotated[
        str, typer.Option(help="auto, or a format's name (an unknown one is answered with all of them).")
    ] = "auto",
    mapping: Annotated[
        Path | None,
        typer.Option(help="Mapping of a plain leaderboard or a matrix of items: a file, or a shipped one's name."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="The model of the one run whose files name none.")] = None,
    json: Json = False,
) -> None:
    """Import other tools' results: lm-eval, lighteval, OpenCompass, HELM, Inspect, EvalScope, Every Eval Ever."""
    from harness.interchange.commands import import_results

    raise typer.Exit(import_results(path, format, mapping=mapping, model=model, as_json=json))


@app.command()
def export(
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Run ids, or unique parts of them.")],
    format: Annotated[str, typer.Option(help="csv, parquet, lm-eval or eee.")] = "parquet",
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("export"),
    json: Json = False,
) -> None:
    """Write runs for other tools, or as tables."""
    from harness.interchange.commands import export_runs

    raise typer.Exit(export_runs(runs, format, out, as_json=json))


@data_app.command("pack")
def data_pack(
    out: Annotated[str, typer.Argument(help="Folder or .tar archive to write; also a URL, such as s3://….")],
    suite: Annotated[list[str], typer.Option(help="A suite whose data to pack; may be given several times.")] = [],  # noqa: B006
    model: Annotated[list[str], typer.Option(help="A model to pack; may be given several times.")] = [],  # noqa: B006
    offline: Annotated[bool, typer.Option("--offline", help="Touch no network.")] = False,
    json: Json = False,
) -> None:
    """Pack what suites and models need, for a box without internet."""
    from harness.offline.commands import data_pack as pack

    raise typer.Exit(pack(out, suite, model, offline=offline, as_json=json))


@data_app.command("unpack")
def data_unpack(
    source: Annotated[str, typer.Argument(help="A packed folder or archive; also a URL.")],
    target: Annotated[Path, typer.Argument(help="Where to unpack it.")],
    json: Json = False,
) -> None:
    """Unpack and verify every hash; goes on where it was stopped."""
    from harness.offline.commands import data_unpack as unpack

    raise typer.Exit(unpack(source, target, as_json=json))


@data_app.command("backup")
def data_backup(
    target: Annotated[
        Path, typer.Argument(help="A folder for archives named by their time, or one archive (.tar.zst).")
    ],
    journals: Annotated[bool, typer.Option("--journals", help="Runs that are begun, too.")] = False,
    database: Annotated[
        bool, typer.Option("--database", help="The database, too; it can always be made again.")
    ] = False,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Keep the newest N archives of the folder and remove the others.")
    ] = None,
    json: Json = False,
) -> None:
    """Write one archive of sealed runs, packs, measured speeds and an own catalog, also while runs are made."""
    from harness.commands.backup.command import backup

    raise typer.Exit(backup(target, journals=journals, database=database, keep=keep, as_json=json))


@data_app.command("restore")
def data_restore(
    archive: Annotated[Path, typer.Argument(help="An archive of `harness data backup`.")],
    force: Annotated[bool, typer.Option("--force", help="Take the place of what differs.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Read and verify all of it; change nothing.")] = False,
    json: Json = False,
) -> None:
    """Verify a backup and put it in place; what is there and differs stays, and nothing is written, unless forced."""
    from harness.commands.backup.command import restore

    raise typer.Exit(restore(archive, force=force, only_check=check, as_json=json))


@db_app.command("rebuild")
def db_rebuild() -> None:
    """Make the database again from the catalog, the public runs and the run folders."""
    from harness.commands.database import rebuild

    raise typer.Exit(rebuild())


@db_app.command("check")
def db_check(json: Json = False) -> None:
    """Verify the database against the catalog, the public runs and the run folders."""
    from harness.commands.database import check

    raise typer.Exit(check(as_json=json))


@app.command()
def bench(
    model: Annotated[list[str], typer.Option(help="As for `harness run`; may be given several times.")],
    context: Annotated[
        list[str] | None,
        typer.Option(
            help="Tokens of a prompt, several with commas. Default: 128, 1024, 4096, 16384, as far as they fit."
        ),
    ] = None,
    batch: Annotated[
        list[str] | None, typer.Option(help="Requests at a time, several with commas. Default: 1, 4, 16, 64.")
    ] = None,
    new_tokens: Annotated[int, typer.Option(help="Tokens of each answer.")] = 32,
    rounds: Annotated[int, typer.Option(help="Rounds of each shape; the median counts.")] = 3,
    minutes: Annotated[
        float, typer.Option(help="Begin no shape after so many minutes, shared by the models; the smallest come first.")
    ] = 10.0,
    dtype: Annotated[str | None, typer.Option(help="fp32, bf16 or fp16. Default: as for `harness run`.")] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:N or mps. Default: cuda, else cpu.")] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit of a hub model.")] = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Let this model run its own code. Off by default.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Touch no network.")] = False,
    per_hour: Annotated[
        float | None, typer.Option(help="US$ an hour of this machine. Default: the catalog's rents of its card.")
    ] = None,
    json: Json = False,
) -> None:
    """Serving speed of models on this machine: time to the first token, prefill, decode, memory, energy, cost per million tokens."""
    from harness.runs.bench.command import Wanted
    from harness.runs.bench.command import bench as measure

    wanted = Wanted(
        _sizes(context, "--context"), _sizes(batch, "--batch"), new_tokens, rounds, minutes, dtype, device, revision,
        trust_remote_code, offline, per_hour,
    )  # fmt: skip
    raise typer.Exit(measure(model, wanted, as_json=json))


def _sizes(given: list[str] | None, option: str) -> tuple[int, ...]:
    """Whole numbers of an option that takes several with commas."""
    parts = [part.strip() for text in given or () for part in text.split(",") if part.strip()]
    try:
        return tuple(map(int, parts))
    except ValueError:
        raise typer.BadParameter(f"{', '.join(parts)}: give whole numbers.", param_hint=option) from None


@app.command()
def doctor(
    device: Annotated[
        str | None, typer.Option(help="Try this device: cpu, cuda, cuda:N or mps. Default: a card, else the CPU.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the hub.")] = False,
    json: Json = False,
) -> None:
    """What works on this machine, a line each: ok, warning or error with the way out."""
    from harness.commands.doctor.command import doctor as look

    raise typer.Exit(look(offline=offline, device=device, as_json=json))


@app.command()
def site(
    port: Annotated[int, typer.Option(help="Port to serve on.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to bind.")] = "localhost",
    host: Annotated[
        list[str],
        typer.Option(
            help="A name that the site answers to, besides localhost and --address; may be given several times."
        ),
    ] = [],  # noqa: B006
    public: Annotated[
        bool, typer.Option("--public", help="Hide prompts and answers that may not be redistributed.")
    ] = False,
    base_path: Annotated[
        str, typer.Option(help="Serve below this path of the host, such as /landscape, as a proxy asks for it.")
    ] = "",
    log: Annotated[
        str | None,
        typer.Option(
            help="A line a request and a message on standard error, as text or json (time, level, event, message, error, method, path, "
            "status, ms; never a query). Default: messages alone."
        ),
    ] = None,
) -> None:
    """Start the site (read-only). /healthz and /readyz say whether it is well."""
    from harness.commands.serve import serve

    raise typer.Exit(serve(port=port, address=address, names=host, public=public, base_path=base_path, log=log))
