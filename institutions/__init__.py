"""申报: apply, review, report, confirm, the roster."""
