"""推演: a span of a street's life on a scripted clock, through the real actions; what must always hold is checked nightly."""
