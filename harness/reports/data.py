"""What a report is made from: the frames of one database and what analysis makes of them, each computed once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.reports.selection import Choices, Scope, resolve

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.companies.rank_intervals import Simulation
    from harness.analysis.scale.fit import ScaleFit
    from harness.store.reader import Reader


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
        """Whom the report is about."""
        return resolve(self.choices, self.vendors, self.models, self.leading, self.frame("vendor_names"))

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
    def inputs(self) -> pd.DataFrame:
        """Inputs of positioning (``market.positions``)."""
        from harness.market.positions import position_inputs

        return position_inputs(self, self.scale)

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
