"""Memory limits, allocators, fast linear layers, parallel packs, counters."""
