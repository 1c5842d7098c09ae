"""Resolution of a typed name to a model or run: one rule for every command, page and report.

A model is meant by a whole name as written; else by a whole name, whatever the case; else by an ending after a slash
(``Qwen3-0.6B`` of ``Qwen/Qwen3-0.6B``); else by any ending. The first of these steps that fits anything decides: one
model is the answer, several are refused with the candidates. A run is meant by its id, else by a part of it.

Names in other people's files are not resolved here but by ``interchange.foreign.owners`` and ``catalog.names.matching``:
there only whole names count, and a name that fits two models means none.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from harness.errors import BadInput, MissingData

if TYPE_CHECKING:
    import pandas as pd

# Candidates that an error lists.
LISTED = 8
# A name, and the id of what goes by it; an id may go by several names, and a name may belong to several ids.
Named = tuple[str, str]

ORIGINS = ("measured", "imported")
"""Where a run is from: this harness, or another tool."""


def fold(name: str) -> str:
    """A name in lower case without surrounding spaces and closing slashes, for comparison."""
    return name.strip().rstrip("/").casefold()


def matches(wanted: str, names: Iterable[Named]) -> list[str]:
    """Ids, sorted, that the first step of the rule with any match finds; none for an empty name."""
    pairs, folded = list(names), fold(wanted)
    endings = {id for name, id in pairs if folded and fold(name).endswith(folded)}
    return whole(wanted, pairs) or sorted(endings)


def whole(wanted: str, names: Iterable[Named]) -> list[str]:
    """As ``matches``, without its last step: a whole name, or all of it after a slash."""
    pairs, folded = list(names), fold(wanted)
    steps: tuple[Callable[[str], bool], ...] = (
        lambda name: name == wanted,
        lambda name: fold(name) == folded,
        lambda name: fold(name).endswith(f"/{folded}"),
    )
    fits = ({id for name, id in pairs if step(name)} for step in steps)
    return sorted(next(filter(None, fits), set())) if folded else []


def one(wanted: str, names: Iterable[Named], among: str, see: str) -> str:
    """The id of the one model that ``wanted`` means.

    ``among`` says in an error where the names come from, ``see`` which command lists them.

    Raises:
        BadInput: several fit; the candidates are listed.
        MissingData: none fits; the nearest names are listed.
    """
    pairs = list(names)
    match = only("model", wanted, matches(wanted, pairs))
    if match is None:
        raise _unknown("model", wanted, (name for name, _ in pairs), among, see)
    return match


def one_distinct(wanted: str, names: Iterable[Named], among: str, see: str) -> str:
    """As ``one``, among so many names that a mere ending may be another model's: it counts where no other name holds it.

    Names are held against each other without signs between letters and digits: ``llama-3.3`` is in ``Llama 3 3 70B``.

    Raises:
        BadInput: the name is a part of several; those are listed that begin with it, then the shortest.
        MissingData: it is a whole name or an ending of none; the nearest names are listed.
    """
    pairs, sought = list(names), _letters(wanted)
    holders = {id for name, id in pairs if sought and sought in _letters(name)}
    if len(holders) > 1 and not whole(wanted, pairs):
        raise _several(
            "model", wanted, sorted(holders, key=lambda id: (not _letters(id).startswith(sought), len(id), id))
        )
    return one(wanted, pairs, among, see)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", fold(name))


def one_run(wanted: str, run_ids: Iterable[str], among: str) -> str:
    """Id of the one run whose id is ``wanted``, else of the one run whose id contains it, regardless of case.

    Raises:
        BadInput: several fit; the candidates are listed.
        MissingData: none fits; the nearest ids are listed.
    """
    ids, part = set(run_ids), wanted.strip().casefold()
    fits = [wanted] if wanted in ids else sorted(i for i in ids if part and part in i.casefold())
    match = only("run", wanted, fits)
    if match is None:
        raise _unknown("run", wanted, ids, among, "harness runs")
    return match


def vendor(wanted: str, known: pd.DataFrame) -> str:
    """The id of the one vendor that ``wanted`` means: by a whole name of its own, else by a brand, product or other spelling,
    else by any of these without signs between letters (``Z.ai`` is ``z-ai``), else by an ending.

    ``known``: rows of the query ``vendor_names`` (``vendor_id, name, own``).

    Raises:
        BadInput: several fit; the candidates are listed.
        MissingData: none fits; the nearest names are listed.
    """
    rows = list(zip(known["name"], known["vendor_id"], known["own"], strict=True))
    every = [(str(name), str(id)) for name, id, _ in rows]
    own = [(str(name), str(id)) for name, id, mine in rows if mine]
    spelt = sorted({id for name, id in every if _letters(wanted) and _letters(name) == _letters(wanted)})
    match = only("vendor", wanted, whole(wanted, own) or whole(wanted, every) or spelt or matches(wanted, every))
    if match is None:
        raise _unknown("vendor", wanted, (name for name, _ in every), "in the catalog", "harness vendors")
    return match


def only(what: str, wanted: str, matches: list[str]) -> str | None:
    """The one match; None where there is none.

    Raises:
        BadInput: there are several; the first are listed.
    """
    if len(matches) > 1:
        raise _several(what, wanted, matches)
    return matches[0] if matches else None


def _several(what: str, wanted: str, matches: list[str]) -> BadInput:
    listed = ", ".join(matches[:LISTED]) + (", …" if len(matches) > LISTED else "")
    return BadInput(f"{wanted!r} fits {len(matches)} {what}s: {listed}. Give more of the name.")


def _unknown(what: str, wanted: str, names: Iterable[str], among: str, see: str) -> MissingData:
    close = near(wanted, names)
    hint = f" Near it: {', '.join(close)}." if close else ""
    return MissingData(f"There is no {what} {wanted!r} {among}.{hint} See: {see}")


def near(wanted: str, names: Iterable[str]) -> list[str]:
    """Up to three names that begin with ``wanted``, the shortest first, then those that are spelled most like it."""
    spellings = {fold(name): name for name in sorted(set(names))}
    beginning = sorted((n for n in spellings if fold(wanted) and n.startswith(fold(wanted))), key=lambda n: (len(n), n))
    alike = difflib.get_close_matches(fold(wanted), spellings, n=3, cutoff=0.5)
    return [spellings[n] for n in dict.fromkeys([*beginning, *alike])][:3]


def of_models(models: pd.DataFrame, runs: pd.DataFrame) -> list[Named]:
    """Every name of the models that the catalog knows or that were run, and the model's id.

    ``models``: rows of the catalog with ``model_id``, ``hub_id`` and ``name``. ``runs``: rows with ``model`` and
    ``model_id``. A model's id is the catalog's, or the run's own name where the catalog does not know the model.
    """
    catalog = [
        (str(name), str(id))
        for column in ("model_id", "hub_id", "name")
        for id, name in zip(models["model_id"], models[column], strict=True)
        if isinstance(name, str) and name
    ]
    own = zip(runs["model"], runs["model_id"].fillna(runs["model"]), strict=True)
    return catalog + [(str(name), str(id)) for name, id in dict.fromkeys(own)]


def run_models(wanted: str, models: pd.DataFrame, runs: pd.DataFrame) -> set[str]:
    """The names in ``runs`` of the one model that ``wanted`` means; a run's own name, as written, means it alone.

    Frames as for ``of_models``; only models of ``runs`` are candidates.

    Raises:
        BadInput: several models fit.
        MissingData: no model of ``runs`` fits.
    """
    if (runs["model"] == wanted).any():
        return {wanted}
    ids = runs["model_id"].fillna(runs["model"])
    here = models[models["model_id"].isin(ids)]
    model = one(wanted, of_models(here, runs), "among the runs", "harness runs")
    return set(runs.loc[ids == model, "model"])
