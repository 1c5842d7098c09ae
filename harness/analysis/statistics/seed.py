"""The seed of every random draw behind a shown number."""

from __future__ import annotations

SEED = 20260723
"""Fixed, so that the same database gives the same intervals on every page and in every report; its value means nothing."""
