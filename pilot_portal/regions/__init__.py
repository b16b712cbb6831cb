"""Reporting units (县市区): our own table, not the national division."""
