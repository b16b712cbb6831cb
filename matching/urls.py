"""Addresses of matching, grouped by who stands before the page."""

app_name = "matching"
urlpatterns: list = []
