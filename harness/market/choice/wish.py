"""What somebody asks of a model: the kind of task and the conditions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from harness.catalog.codes import COUNTRIES
from harness.errors import BadInput
from harness.market.choice.families import Family, family
from harness.market.prices.list_prices import MOST_RATIO, RATIO

LICENCES = ("any", "permissive")
LANGUAGES = ("en", "zh")
MODALITIES = ("image", "pdf", "audio", "video")
"""What a model may be asked to read beside text."""
BYTES = {16: 2.0, 8: 1.0, 4: 0.5}
"""Bytes of one parameter by the bits that its weights are held in."""


@dataclass(frozen=True)
class Wish:
    """Conditions on a model for the kind of task ``task``; None, empty or False asks nothing.

    ``budget`` is USD per million tokens, blended at ``ratio`` input tokens for each output token (by default the
    house's); ``budget_per_task`` is USD. ``open_weights``, and ``licence`` of LICENCES. ``language`` is one in which a test must be
    reported. ``countries`` are the vendors', ``hosts`` those of sellers that one can trust (ISO 3166-1 alpha-2). ``context`` in tokens;
    ``modalities`` that the model must read; ``memory`` in GB for the weights alone, at ``bits`` a parameter; ``since`` its release.
    """

    task: str
    budget: float | None = None
    budget_per_task: float | None = None
    ratio: float | None = None
    open_weights: bool = False
    licence: str = "any"
    language: str = ""
    countries: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    context: int | None = None
    modalities: tuple[str, ...] = ()
    memory: float | None = None
    bits: int = 16
    since: dt.date | None = None

    @property
    def family(self) -> Family:
        """The kind of task."""
        return family(self.task)

    @property
    def input_per_output(self) -> float:
        """Input tokens for each output token, of blended prices."""
        return RATIO if self.ratio is None else self.ratio

    def checked(self) -> Wish:
        """This wish with the task's id; the conditions that the task itself makes come with it.

        Raises:
            BadInput: an unknown task, or a condition that no model can be held against; all of them.
        """
        task = self.family
        problems = [
            f"{name} must be a number above 0."
            for name in ("budget", "budget_per_task", "context", "memory")
            if (value := getattr(self, name)) is not None and not 0 < value < float("inf")
        ]
        if self.ratio is not None and not 0 <= self.ratio <= MOST_RATIO:
            problems.append(f"ratio must be between 0 and {MOST_RATIO:,}.")
        if self.licence not in LICENCES:
            problems.append(f"There is no licence condition {self.licence!r}; there is {', '.join(LICENCES)}.")
        if self.language and self.language not in LANGUAGES:
            problems.append(f"There is no language {self.language!r} of tests; there is {', '.join(LANGUAGES)}.")
        if self.bits not in BYTES:
            problems.append(f"Weights have {', '.join(map(str, BYTES))} bits a parameter, not {self.bits}.")
        problems += [f"There is no modality {m!r}; there is {', '.join(MODALITIES)}." for m in self.modalities if m not in MODALITIES]  # fmt: skip
        problems += [f"{c!r} is no code of a country; write it as CN." for c in (*self.countries, *self.hosts) if c.upper() not in COUNTRIES]  # fmt: skip
        if problems:
            raise BadInput("The choice cannot be made as asked.", problems)
        own = (task.modality,) if task.modality else ()
        return Wish(
            **{
                **{field.name: getattr(self, field.name) for field in fields(self)},
                "task": task.id,
                "language": self.language or task.language,
                "modalities": tuple(dict.fromkeys([*self.modalities, *own])),
                "countries": tuple(c.upper() for c in self.countries),
                "hosts": tuple(c.upper() for c in self.hosts),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """The conditions that ask something, as JSON types."""
        default = Wish(self.task)
        values = {k: v for k, v in asdict(self).items() if k == "task" or v != getattr(default, k)}
        return {k: v.isoformat() if isinstance(v, dt.date) else list(v) if isinstance(v, tuple) else v
                for k, v in values.items()}  # fmt: skip

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Wish:
        """The wish that ``to_json`` wrote.

        Raises:
            BadInput: it holds a condition that there is not, or values of another kind; all of them.
        """
        texts, numbers = ("task", "licence", "language"), ("budget", "budget_per_task", "ratio", "memory")
        kinds: dict[str, type | tuple[type, ...]] = {"open_weights": bool, "context": int, "bits": int, "since": str}
        kinds |= {**dict.fromkeys(texts, str), **dict.fromkeys(numbers, (int, float))}
        kinds |= dict.fromkeys(("countries", "hosts", "modalities"), list)
        problems = [f"A choice has no condition {key!r}." for key in values if key not in kinds]
        problems += [
            f"The condition {key} cannot be {value!r}."
            for key, value in values.items()
            if key in kinds
            and (not isinstance(value, kinds[key]) or (isinstance(value, bool) and key != "open_weights")
                 or (isinstance(value, list) and not all(isinstance(part, str) for part in value)))
        ]  # fmt: skip
        if "task" not in values:
            problems.append("A choice needs a task.")
        if problems:
            raise BadInput("The choice cannot be read.", problems)
        out: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
        try:
            since = dt.date.fromisoformat(str(out.pop("since"))) if "since" in out else None
        except ValueError as error:
            raise BadInput("The choice cannot be read: since is no date.") from error
        return cls(**out, since=since)
