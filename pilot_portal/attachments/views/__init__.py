"""Downloads of uploaded files."""
