"""Addresses of demands, grouped by who stands before the page."""

app_name = "demands"
urlpatterns: list = []
