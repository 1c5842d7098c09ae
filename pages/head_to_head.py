"""Any two products against each other: on the scale, in money, and on the items that both answered.

Navigation: models 2 compare_arrows
"""

from __future__ import annotations

import streamlit as st

from harness.site.head_to_head import every_pair, pair_boards, pair_costs, pair_on_scale, parted_items, product_choice
from harness.site.server import view
from harness.site.widgets import blocks, evidence_links

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
answer = [pair_on_scale.sentence(seen, a, b, names)]
answer += pair_boards.sentences(seen, pairs[0], names[a], names[b]) if pairs else [say("head_to_head.no_board")]
with st.container(border=True):
    for sentence in filter(None, answer):
        st.markdown(f"## {blocks.literal(sentence)}" if sentence == answer[0] else blocks.literal(sentence))
    if answer[0]:
        evidence_links.button(say, [f"points:{a}", f"points:{b}"], "pair")

pair_on_scale.show(seen, products, names)
pair_costs.show(seen, products, names)
if pairs:
    blocks.section(say("head_to_head.boards"), say("head_to_head.boards_lead"))
    makers = product_choice.makers(seen)
    pair_boards.show(seen, pairs, names[a], names[b], (makers.get(a, ""), makers.get(b, "")))
    parted_items.show(seen, boards, products, names)
every_pair.show(seen, products, names)
