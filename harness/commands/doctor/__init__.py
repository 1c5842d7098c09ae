"""What works on this machine: `harness doctor`."""
