"""Sentences for a buyer: what a second model gains, what it costs, what a vote gains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.charts.text import dollars, number

if TYPE_CHECKING:
    from harness.market.alike.partner import Partner
    from harness.site.likeness.buyer.bought import Bought
    from harness.site.server.view import View

Row = Mapping[Any, Any]


def span(view: View, bought: Bought, row: Row, name: str = "gain") -> str:
    """The interval of a number of tasks in brackets; nothing where it is not known."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if low != low:
        return ""
    return view.say("buyer.span", low=signed(bought.tasks(low)), high=signed(bought.tasks(high)))


def signed(count: int) -> str:
    """A whole number with a proper minus sign."""
    return number(count, 0)


def finding(view: View, bought: Bought, partner: Partner) -> str:
    """What a second model next to one gains, which is the best, and what a task then costs."""
    row = partner.best
    told = {
        "over": bought.models[partner.over], "partner": bought.models[row["partner"]], "n": bought.tasks(row["gain"]),
        "items": f"{bought.items:,}", "span": span(view, bought, row),
    }  # fmt: skip
    first = partner.cheapest
    if not partner.shown and first is not None:
        told |= {
            "first": bought.models[first["partner"]],
            "cost": dollars(first["cost"]),
            "alone": dollars(partner.alone),
        }
        return view.say("buyer.finding_cheaper", **told)
    if not partner.shown:
        return view.say("buyer.finding_none", **told)
    if row["cost"] != row["cost"]:
        return view.say("buyer.finding", **told)
    return view.say("buyer.finding_cost", cost=dollars(row["cost"]), **told)


def details(view: View, bought: Bought) -> list[str]:
    """Further findings, one sentence each: the luck of the choice, the cheapest partner, without the leader, three models, votes."""
    say, found, items = view.say, bought.found, f"{bought.items:,}"
    out = [_luck(view, bought, found.partner), _cheapest(view, bought, found.partner)]
    if found.without_leader is not None and not found.left_out:
        rest = found.without_leader
        said = finding(view, bought, rest)
        out.append(say("buyer.without", leader=bought.models[found.partner.over], finding=said[:1].lower() + said[1:]))
        out.append(_cheapest(view, bought, rest))
    if len(found.triples):
        row, held = found.triples.iloc[0], found.held_triple
        out.append(
            say("buyer.triple", names=bought.joined(view, row["models"]), better=bought.models[row["better"]],
                n=bought.tasks(row["gain"]), items=items, span=span(view, bought, row),
                left=max(bought.tasks(held.corrected), 0) if held.corrected == held.corrected else "–")
        )  # fmt: skip
    out += [_vote(view, bought, row) for row in found.votes.to_dict("records")]
    return [sentence for sentence in out if sentence]


def _luck(view: View, bought: Bought, partner: Partner) -> str:
    held = partner.held
    if (
        held.corrected != held.corrected or len(partner.table) < 2
    ):  # one partner is no choice, so there is no luck in it
        return ""
    return view.say(
        "buyer.luck", n=len(partner.table), elsewhere=signed(bought.tasks(held.elsewhere)),
        left=max(bought.tasks(held.corrected), 0), items=f"{bought.items:,}", again=f"{held.again:.0%}",
    )  # fmt: skip


def _cheapest(view: View, bought: Bought, partner: Partner) -> str:
    row = partner.cheapest
    if row is None:
        return ""
    return view.say(
        "buyer.cheapest" if bought.tasks(row["gain"]) else "buyer.cheapest_as_many", over=bought.models[partner.over], partner=bought.models[row["partner"]], cost=dollars(row["cost"]),
        low=dollars(row["cost_low"]), high=dollars(row["cost_high"]), alone=dollars(partner.alone),
        n=bought.tasks(row["gain"]), span=span(view, bought, row),
    )  # fmt: skip


def _vote(view: View, bought: Bought, row: Row) -> str:
    told = {
        "n": row["size"],
        "better": bought.models[row["better"]],
        "items": f"{bought.items:,}",
        "at": view.say("buyer.at", cost=dollars(row["cost"])) if row["cost"] == row["cost"] else "",
    }
    if row["gain_low"] > 0:
        return view.say("buyer.vote_more", count=bought.tasks(row["gain"]), span=span(view, bought, row), **told)
    if row["gain_high"] < 0:
        fewer = {"gain_low": -row["gain_high"], "gain_high": -row["gain_low"]}
        return view.say("buyer.vote_fewer", count=-bought.tasks(row["gain"]), span=span(view, bought, fewer), **told)
    return view.say("buyer.vote_same", count=signed(bought.tasks(row["gain"])), span=span(view, bought, row), **told)
