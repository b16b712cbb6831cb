"""Pages of the year's end, by audience."""
