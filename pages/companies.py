"""Who makes the models: the market, releases, money between vendors, the value chain, one vendor, two vendors, claims, gaps.

Navigation: market 1 domain
"""

from __future__ import annotations

import streamlit as st

from harness.site.capability import leaderboard
from harness.site.companies.against import against
from harness.site.companies.claims import claims
from harness.site.companies.gaps import gaps
from harness.site.companies.market import chain, market, money, release_lanes, vendors
from harness.site.companies.one_vendor import vendor_profile
from harness.site.companies.standing import afford, ranks
from harness.site.companies.standing import segments as segment_view
from harness.site.server import view
from harness.site.widgets import blocks, controls

seen = view.current()
say = seen.say
blocks.heading(seen, "companies")

every = seen.frame("vendors")
every = every[every["segment"] != "reference"]
if every.empty:
    blocks.empty(seen, say("companies.empty"), "harness db rebuild")
    st.stop()
companies = leaderboard.named(seen, every.assign(vendor_en=every["name_en"], vendor_zh=every["name_zh"]))

PARTS = ["market", "releases", "money", "chain", "segments", "afford", "profile", "against", "claims", "gaps"]
part = controls.segmented(say("runs_and_samples.part"), PARTS, "view", lambda p: say(f"companies.{p}"))
if part == "market":
    with st.container(horizontal=True, vertical_alignment="bottom"):
        segments = controls.multiselect(
            say("controls.segment"), sorted(set(companies["segment"])), "segment", lambda s: say.known("segment", s)
        )
        countries = controls.multiselect(
            say("controls.country"),
            sorted(c for c in set(companies["country"]) if isinstance(c, str)),
            "country",
            lambda c: say.known("country", c),
        )
    shown = leaderboard.filtered(companies, segments, countries)
    if shown.empty:
        st.info(say("common.no_match"), icon=":material/filter_alt_off:")
        st.stop()
    market.show(seen, shown)
    ranks.show(seen, shown)
    blocks.section(say("companies.all", n=len(shown)))
    vendors.table(seen, shown)
elif part == "segments":
    segment_view.show(seen, companies)
elif part == "afford":
    afford.show(seen, companies)
elif part == "releases":
    release_lanes.show(seen, companies)
elif part == "money":
    money.show(seen)
elif part == "chain":
    chain.show(seen, companies)
elif part == "profile":
    names = dict(zip(companies["vendor_id"], companies["vendor"], strict=True))
    chosen = controls.select(say("columns.vendor"), list(names), "vendor", lambda v: names[v])
    vendor_profile.show(seen, companies[companies["vendor_id"] == chosen].iloc[0].to_dict())
elif part == "against":
    names = dict(zip(companies["vendor_id"], companies["vendor"], strict=True))
    chosen_ids = controls.multiselect(
        say("companies.vendors"), list(names), "vendors", lambda v: names[v], most=5, hint=say("companies.vendors_hint")
    )
    against.show(seen, chosen_ids or list(companies["vendor_id"].head(2)))
elif part == "claims":
    claims.founding(seen, companies)
    claims.own_word(seen)
else:
    gaps.show(seen, companies)
