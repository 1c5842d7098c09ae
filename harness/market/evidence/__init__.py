"""Where one number of the site comes from: value, source, day, set-up, and what other sources say."""
