"""What a run asks a model in words: through its chat template, and as far as its tokens spell it."""
