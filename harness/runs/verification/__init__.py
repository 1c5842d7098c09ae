"""`harness verify`: the packed engine held against lm-eval's own on this machine."""
