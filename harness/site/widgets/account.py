"""Who has signed in, with the way out; nothing where the site requires no sign-in."""

from __future__ import annotations

import os

import streamlit as st

from harness import sign_in
from harness.i18n.translator import Translator


def show(say: Translator) -> None:
    """The address in the sidebar, and a button that signs out."""
    if os.environ.get(sign_in.ENVIRONMENT, "").strip().lower() != "required":
        return
    with st.sidebar:
        st.caption(str(st.user.get("email") or st.user.get("name") or ""))
        st.button(say("sign_in.out"), icon=":material/logout:", on_click=st.logout, key="sign-out")
