"""The city's pages; leader and auditor read them."""
