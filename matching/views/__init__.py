"""Pages of matching, by audience."""
