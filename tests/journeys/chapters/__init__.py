"""The chapters of the year."""
