"""Addresses of the desk."""

from django.urls import path

from pilot_portal.desk.views import home, reading, settings

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("text-size/<slug:size>/", reading.text_size, name="text-size"),
    # city; leader and auditor read
    path("settings/", settings.rounds, name="settings"),
    path("settings/calendar/<int:year>/", settings.fill_calendar, name="settings-calendar"),
    path("settings/open/", settings.open_round, name="settings-open"),
    path("settings/<slug:code>/", settings.round_page, name="settings-round"),
    path("settings/<slug:code>/stages/<slug:kind>/", settings.extend, name="settings-extend"),
    path("settings/<slug:code>/values/<slug:key>/", settings.change, name="settings-change"),
]
