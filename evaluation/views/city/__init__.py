"""The city's pages of the year's end."""
