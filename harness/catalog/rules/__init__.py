"""What a sound catalog is: the rules that `harness catalog check` applies."""
