"""Pages of applications, county reports and the roster, by audience."""
