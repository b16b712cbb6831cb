"""The county's pages; leader and auditor read them."""
