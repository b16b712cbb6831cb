"""Uploaded files: checked on the way in, guarded on the way out."""
