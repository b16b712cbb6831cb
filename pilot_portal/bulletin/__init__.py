"""公告: frozen publications and the public site's own pages."""
