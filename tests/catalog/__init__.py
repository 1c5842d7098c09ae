"""Tests of the market catalog."""
