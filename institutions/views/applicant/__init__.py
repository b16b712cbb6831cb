"""The institution's pages of its application."""
