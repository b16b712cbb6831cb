"""Addresses of the inbox."""

from django.urls import path

from pilot_portal.notifications.views import inbox

app_name = "notifications"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("read/", inbox.read_all, name="read-all"),
    path("<int:pk>/", inbox.open_message, name="open"),
]
