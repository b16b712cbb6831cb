"""Addresses of uploaded files."""

from django.urls import path

from pilot_portal.attachments.views import download

app_name = "attachments"
urlpatterns = [path("<uuid:key>/", download.download, name="download")]
