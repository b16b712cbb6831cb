"""Acts on applications, county reports and the roster."""
