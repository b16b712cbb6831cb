"""Addresses of the public site."""

from django.urls import path

from pilot_portal.bulletin.views import public

app_name = "bulletin"
urlpatterns = [
    path("", public.home, name="home"),
    path("notices/", public.notices, name="notices"),
    path("notices/<slug:number>/", public.notice, name="notice"),
    path("help/", public.help_page, name="help"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("privacy/", public.privacy, name="privacy"),
]
