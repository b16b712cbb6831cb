"""Addresses of the desk."""

from django.urls import path

from pilot_portal.desk.views import home, reading

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("text-size/", reading.text_size, name="text-size"),
]
