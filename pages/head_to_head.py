"""Any two products against each other: on the scale, in money, and on the items that both answered.

Navigation: models 2 compare_arrows
"""

from __future__ import annotations

import streamlit as st

from harness.site.head_to_head import every_pair, pair_boards, pair_costs, pair_on_scale, parted_items, product_choice
from harness.site.server import view
from harness.site.widgets import blocks, controls, evidence_links

CHOICES = {"items": {"board", "solved_by"}, "pairs": {"suite", "pair", "difference"}}
"""Controls of the parts, as the URL names them."""

seen = view.current()
say = seen.say
blocks.heading(seen, "head_to_head")

if product_choice.leaders(seen) is None:
    blocks.empty(seen, say("head_to_head.empty"), "harness run --suite core-en --model <one> --model <other>")
    st.stop()
products, unasked = product_choice.choose(seen)
known = product_choice.products(seen)
names = dict(zip(known["id"], known["name"], strict=True))
a, b = products[:2]
boards = pair_boards.shared(seen, [a, b])
if unasked:
    st.caption(say("head_to_head.opens_on" if boards else "head_to_head.opens_on_best"))

pairs = [pair_boards.pair(seen, board, a, b) for board in boards]
on_scale = pair_on_scale.sentence(seen, a, b, names)
answer = [on_scale or pair_on_scale.unplaced(seen, (a, b), names)]
answer += pair_boards.sentences(seen, pairs[0], names[a], names[b]) if pairs else [say("head_to_head.no_board")]
with st.container(border=True):
    for sentence in answer:
        st.markdown(f"## {blocks.literal(sentence)}" if sentence == on_scale else blocks.literal(sentence))
    if on_scale:
        evidence_links.button(say, [f"points:{a}", f"points:{b}"], "pair")

held = {"scores": True, "items": bool(pairs), "pairs": bool(every_pair.suites(seen, products))}
parts = [part for part, there in held.items() if there]
part = parts[0]
if len(parts) > 1:
    # A link that names a choice of one part opens on that part. Where the scale lacks one of the two, it says nothing.
    meant = [part for part, choices in CHOICES.items() if part in parts and choices & st.query_params.keys()]
    first = parts.index(meant[0]) if meant else int(not on_scale)
    part = controls.segmented(
        say("runs_and_samples.part"), parts, "view", lambda p: say(f"head_to_head.part_{p}"), default=first
    )
if part == "scores":
    pair_on_scale.show(seen, products, names)
    pair_costs.show(seen, products, names)
elif part == "items":
    blocks.section(say("head_to_head.boards"), say("head_to_head.boards_lead"))
    makers = product_choice.makers(seen)
    pair_boards.show(seen, pairs, names[a], names[b], (makers.get(a, ""), makers.get(b, "")))
    parted_items.show(seen, boards, products, names)
else:
    every_pair.show(seen, products, names)
