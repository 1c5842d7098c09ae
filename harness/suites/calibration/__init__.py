"""The calibration suite: tasks whose true scores are known, and tiny models trained on them."""
