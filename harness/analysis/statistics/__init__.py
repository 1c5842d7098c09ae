"""Standard errors, intervals, ranks, paired differences, sequential tests."""
