"""Commands that need the whole portal: the demonstration and bulk data."""
