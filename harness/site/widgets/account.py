"""Who has signed in, with the way out; nothing where the site requires no sign-in."""

from __future__ import annotations

import html

import streamlit as st

from harness.access import sign_in
from harness.i18n.translator import Translator


def show(say: Translator) -> None:
    """The address in the sidebar, and a link that signs out.

    Both are of the cookie that the gate reads: Streamlit's ``st.user`` is empty in a browser's first visit after the sign-in.
    """
    if not sign_in.is_required():
        return
    from harness.site.server.sign_in import gate

    known = gate.claims(st.context.cookies.to_dict()) or {}
    name = html.escape(str(known.get("email") or known.get("name") or ""))
    with st.sidebar:
        st.html(f'<p>{name}<br><a href="auth/logout">{html.escape(say("sign_in.out"))}</a></p>')
