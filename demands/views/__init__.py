"""Pages of demands, by who stands before them."""
