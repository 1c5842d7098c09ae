"""What machines of one's own cost: a token, a day, and from how many tokens a day that is less than an API.

Money is in US dollars, prices are per million tokens.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness.analysis.cost.machine_memory import Machine, Work
from harness.analysis.cost.machine_speed import Range, Throughput
from harness.errors import BadInput

SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class TokenCosts:
    """USD per million tokens in, out, and in the work's proportion; USD per request."""

    prompt: Range
    output: Range
    both: Range
    request: Range


@dataclass(frozen=True, slots=True)
class Day:
    """One day's tokens: copies of the machine that they take, what those cost and what the API asks (None: no price)."""

    copies: int
    own_usd: float
    api_usd: float | None


def token_costs(throughput: Throughput, work: Work, usd_per_hour: float, utilisation: float = 1.0) -> TokenCosts:
    """Cost of tokens on a machine that costs so much an hour and serves the share ``utilisation`` of it."""
    _share(utilisation)
    usd = usd_per_hour / 3600 * 1e6 / utilisation
    both = throughput.both.cost_at(usd)
    return TokenCosts(throughput.prompt.cost_at(usd), throughput.output.cost_at(usd), both, both / (1e6 / work.tokens))


def day_cost(machine: Machine, usd_per_gpu_hour: float, *, usd_per_kwh: float = 0.0, utilisation: float = 1.0) -> float:
    """USD a day of one copy: rent or depreciation of every hour, and (where electricity is paid apart) TDP × utilisation.

    Raises BadInput for a negative or infinite cost, and for electricity of a card whose TDP is not known.
    """
    if not (0 <= usd_per_gpu_hour < math.inf and 0 <= usd_per_kwh < math.inf):
        raise BadInput("The costs of a GPU-hour and of electricity must be finite and not below 0.")
    _share(utilisation)
    if usd_per_kwh and machine.gpu.tdp_w is None:
        raise BadInput(f"The power of {machine.gpu.name} is not known, nor then its electricity.")
    watts = machine.gpus * (machine.gpu.tdp_w or 0.0) * utilisation
    return 24 * (machine.gpus * usd_per_gpu_hour + watts / 1000 * usd_per_kwh)


def capacity_a_day(throughput: Throughput, utilisation: float = 1.0) -> Range:
    """Tokens a day, in and out, that one copy serves."""
    _share(utilisation)
    return throughput.both / (1 / (SECONDS_A_DAY * utilisation))


def energy_wh_per_ktok(machine: Machine, throughput: Throughput) -> Range | None:
    """Watt-hours of the cards per 1,000 tokens at full use and TDP: an upper bound of the cards, without the rest of the machine."""
    if machine.gpu.tdp_w is None:
        return None
    return throughput.both.cost_at(machine.gpus * machine.gpu.tdp_w / 3600 * 1000)


def break_even(usd_a_day: float, api_per_mtok: float, capacity: float) -> float:
    """Tokens a day from which one copy costs less than the API; infinite where it is full before that.

    k copies cost less from k times as many tokens, where k are needed: just above what k − 1 serve, the last is nearly idle. Raises
    BadInput for a price that is not above 0 or not finite.
    """
    if not 0 < api_per_mtok < math.inf:
        raise BadInput("An API price must be above 0 US$ per million tokens, and finite.")
    tokens = usd_a_day / api_per_mtok * 1e6
    return tokens if tokens <= capacity else math.inf


def day(tokens: float, usd_a_day: float, capacity: float, api_per_mtok: float | None = None) -> Day:
    """What a day of so many tokens costs on machines and at the API: as many copies as the tokens take, at least one."""
    if not (0 < tokens < math.inf and capacity > 0):
        raise BadInput("Tokens a day must be above 0, and finite.")
    copies = max(1, math.ceil(tokens / capacity - 1e-9))
    return Day(copies, copies * usd_a_day, None if api_per_mtok is None else tokens / 1e6 * api_per_mtok)


def _share(utilisation: float) -> None:
    if not 0 < utilisation <= 1:
        raise BadInput("Utilisation must be above 0 and at most 1.")
