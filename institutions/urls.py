"""Addresses of institutions, grouped by who stands before the page."""

app_name = "institutions"
urlpatterns: list = []
