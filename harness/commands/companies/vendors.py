"""``harness vendors``: the vendors with value, models and newest release; their places on five dimensions; one vendor's profile."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from harness import names
from harness.catalog.schema import SEGMENTS
from harness.commands.companies import vendor_list
from harness.commands.database import reader as open_reader
from harness.commands.listing import those
from harness.errors import BadInput
from harness.terminal import print_json, print_table

if TYPE_CHECKING:
    from harness.market.companies.standing import Standing
    from harness.store.reader import Reader

Row = dict[str, Any]


def vendors(name: str | None, *, rank: bool, segment: str | None, country: str | None, as_json: bool) -> None:
    """The vendors as a table or a JSON list; with ``rank`` their dimensions; of the one vendor ``name`` its profile.

    Raises:
        BadInput: ``name`` fits several vendors (they are listed) or comes with a filter; a segment or country of no vendor.
        MissingData: no vendor has that name; the nearest are listed.
    """
    if name is not None and (segment or country):
        raise BadInput("--segment and --country narrow the list of vendors; a name is one vendor already.")
    reader = open_reader()
    rows = reader.rows("vendors")
    if name is not None:
        only = names.vendor(name, reader.frame("vendor_names"))
        rows = [row for row in rows if row["vendor_id"] == only]
    if segment:
        rows = those(rows, "segment", segment, "segment", SEGMENTS)
    if country:
        rows = those(rows, "country", country.upper(), "country")
    if rank:
        _rank(rows, fitted(reader), as_json)
    elif name is None:
        _list(rows, as_json)
    else:
        from harness.commands.companies import vendor_profile

        vendor_profile.show(reader, rows[0], fitted(reader), as_json=as_json)


def fitted(reader: Reader) -> Standing:
    """Where the database's vendors stand; what is at work goes to standard error."""
    from harness.analysis.scale.fit import fit_reported
    from harness.market.companies.standing import standing

    reported = reader.frame("reported")
    if len(reported):
        print("harness: fitting the capability scale (some seconds) …", file=sys.stderr, flush=True)
    return standing(reader, fit_reported(reported))


def _list(rows: list[Row], as_json: bool) -> None:
    """The vendors as the catalog orders them, those with most models first; no scale is fitted."""
    if as_json:
        print_json(rows)
        return
    print_table(vendor_list.vendors_table(rows))


def _rank(rows: list[Row], stand: Standing, as_json: bool) -> None:
    """One row a vendor and dimension in JSON; one a vendor in the terminal, best first."""
    from harness.commands.companies import vendor_profile, vendors_text

    names_of = {row["vendor_id"]: row["name_en"] for row in rows}
    table = stand.dimensions[stand.dimensions["vendor_id"].isin(names_of)]
    if as_json:
        print_json([vendor_profile.rank_json(row) for row in table.to_dict("records")])
        return
    print_table(vendors_text.dimensions_table(table, names_of))
    print(vendors_text.RANKS)
