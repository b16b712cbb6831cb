"""Addresses of evaluation, grouped by who stands before the page."""

app_name = "evaluation"
urlpatterns: list = []
