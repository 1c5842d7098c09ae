"""What a report is made from: the frames of one database and what analysis makes of them, each computed once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.reports.runs.run_names import run_names
from harness.reports.selection import Choices, Scope, narrowed_to, resolve

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.companies.rank_intervals import Simulation
    from harness.analysis.scale.fit import ScaleFit
    from harness.market.alike.boards import Board
    from harness.market.alike.findings import Findings
    from harness.market.choice.wish import Wish
    from harness.market.prices.price_history import PriceHistory
    from harness.store.reader import Reader

SHORTLIST = 6
"""Foremost models of an answer that the report goes on about: as many as it names."""


class Material:
    """Everything that sections ask for. Frames are as the queries give them, over the whole database; ``scope`` says
    which vendors and models the report is about."""

    def __init__(self, reader: Reader, choices: Choices, commit: str = "") -> None:
        self.choices = choices
        self.commit = commit  # the catalog folder's; empty without Git
        self._reader = reader
        self._frames: dict[tuple[str, str], pd.DataFrame] = {}

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        """Rows of a named query, asked for once: whoever changes the columns of a frame changes its own copy."""
        key = (name, repr(sorted(values.items())))
        if key not in self._frames:
            self._frames[key] = self._reader.frame(name, **values)
        return self._frames[key].copy(deep=False)

    @cached_property
    def vendors(self) -> pd.DataFrame:
        """Vendors of the catalog."""
        return self.frame("vendors")

    @cached_property
    def models(self) -> pd.DataFrame:
        """Models of the catalog, newest first, one row each."""
        return self.frame("models").drop_duplicates("model_id")

    @cached_property
    def leading(self) -> pd.DataFrame:
        """Leading runs of the whole database."""
        from harness.market.leading_runs import leading_runs

        return leading_runs(self)

    @cached_property
    def scope(self) -> Scope:
        """Whom the report is about; with a wish alone, the models that are foremost in its answer."""
        found = resolve(self.choices, self.vendors, self.models, self.leading, self.frame("vendor_names"))
        return (
            found
            if self.choices.wish is None or found.narrowed
            else narrowed_to(found, self.shortlist, self.models, self.leading)
        )

    @cached_property
    def wish(self) -> Wish | None:
        """What is asked of a model, with the conditions that its task makes."""
        return None if self.choices.wish is None else self.choices.wish.checked()

    @cached_property
    def chosen(self) -> pd.DataFrame:
        """The answer to the wish (``market.choice.choose``); no row without one."""
        import pandas as pd

        from harness.market.choice.choose import COLUMNS, choose

        return pd.DataFrame(columns=COLUMNS) if self.wish is None else choose(self, self.fit, self.wish)

    @cached_property
    def shortlist(self) -> tuple[str, ...]:
        """Ids of the foremost models of the answer: those known for the task, else those with most general points."""
        known = self.chosen[self.chosen["standing"].eq("known")]
        foremost = known if len(known) else self.chosen[self.chosen["points"].notna()]
        return tuple(foremost["model_id"].astype(str).head(SHORTLIST))

    def called(self, label: object) -> str:
        """A run's model for a reader: the catalog's name, with what sets its run apart from others of the product on the same
        board; of a model that the catalog does not know, the run's name without its owner."""
        return self._names.get(str(label)) or str(label).rsplit("/", 1)[-1]

    @cached_property
    def _names(self) -> dict[str, str]:
        return run_names(self.leading, self.models.set_index("model_id")["name"])

    @cached_property
    def runs(self) -> pd.DataFrame:
        """Leading runs in the scope."""
        return self.leading[self.leading["model"].isin(self.scope.run_models)]

    @cached_property
    def results(self) -> pd.DataFrame:
        """Headline results, with intervals, of the leading runs in the scope."""
        from harness.market.leading_runs import headline_results

        return headline_results(self, self.runs)

    @cached_property
    def reported(self) -> pd.DataFrame:
        """Scores that somebody published."""
        return self.frame("reported")

    @cached_property
    def list_prices(self) -> pd.DataFrame:
        """List prices now, by ``product_id``."""
        from harness.market.prices.list_prices import list_prices

        return list_prices(self).set_index("product_id")

    @cached_property
    def fit(self) -> ScaleFit | None:
        """The capability scale of all reported scores; None where they cannot carry one."""
        from harness.analysis.scale.fit import fit_reported

        return fit_reported(self.reported)

    @cached_property
    def scale(self) -> pd.DataFrame:
        """Products ranked on the capability scale, best first."""
        from harness.market.scale_board import scale_board

        return scale_board(self, self.fit)

    @cached_property
    def priced(self) -> pd.DataFrame:
        """Every ranked product with its list price and what a task costs (``market.prices.tradeoff.cost_board``)."""
        from harness.market.prices.tradeoff import cost_board

        return cost_board(self, self.scale, fit=self.fit)

    @cached_property
    def story(self) -> PriceHistory | None:
        """How prices fell (``market.prices.price_history``)."""
        from harness.market.prices.price_history import price_history

        return price_history(self, self.fit)

    @cached_property
    def boards(self) -> list[list[Board]]:
        """Boards of single items, those of one suite together, in the order of the page Homogeneity."""
        from harness.market.alike.boards import boards, of_suites

        return [suite for suite in of_suites(boards(self)) if suite[0].origin != "reference"]

    @cached_property
    def alike(self) -> Findings | None:
        """How alike models err on the first boards whose items are right or wrong, as that page opens; None without a board."""
        from harness.market.alike.findings import findings

        plain = (suite for suite in self.boards if not any(board.graded for board in suite))
        suite = next(plain, self.boards[0] if self.boards else None)
        return None if suite is None else findings(self, suite)

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """Inputs of positioning (``market.positions``)."""
        from harness.market.positions import position_inputs

        return position_inputs(self, self.scale)

    @cached_property
    def scored_inputs(self) -> pd.DataFrame:
        """The same inputs with each one's standing among vendors (``analysis.companies.scores``), under the default choices."""
        from harness.analysis.companies.scores import normalised_inputs

        return normalised_inputs(self.inputs)

    @cached_property
    def _drawn_ranks(self) -> Simulation:
        from harness.analysis.companies.scores import DEFAULT
        from harness.market.positions import drawn_ranks

        return drawn_ranks(self.inputs, DEFAULT)

    @cached_property
    def position(self) -> pd.DataFrame:
        """Positions of all vendors with rank intervals (``market.positions``), under the default choices."""
        from harness.analysis.companies.scores import DEFAULT
        from harness.market.positions import positions

        return positions(self.inputs, DEFAULT, self._drawn_ranks)

    @cached_property
    def dimensions(self) -> pd.DataFrame:
        """Places of all vendors on each dimension and over all (``market.positions``), under the default choices."""
        from harness.analysis.companies.scores import DEFAULT
        from harness.market.positions import dimension_positions

        return dimension_positions(self.inputs, DEFAULT, self._drawn_ranks)

    @cached_property
    def released(self) -> pd.DataFrame:
        """What all vendors brought out in the last twelve months, with points and list prices (``market.companies``)."""
        from harness.market.companies.last_year import last_year

        return last_year(self, self.scale)

    @cached_property
    def catalog(self) -> str:
        """Sixteen hexadecimal digits that change with every fact of the catalog."""
        import hashlib

        rows = self.frame("report_catalog")
        text = ";".join(f"{r.facts}:{r.rows}:{r.digest}" for r in rows.itertuples())
        return hashlib.sha256(text.encode()).hexdigest()[:16]
