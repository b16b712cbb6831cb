"""Addresses of the public site."""

from django.urls import path

from pilot_portal.bulletin.views import open as open_data
from pilot_portal.bulletin.views import public

app_name = "bulletin"
urlpatterns = [
    path("", public.home, name="home"),
    path("notices/", public.notices, name="notices"),
    path("notices/<slug:number>/", public.notice, name="notice"),
    path("help/", public.help_page, name="help"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("privacy/", public.privacy, name="privacy"),
    path("open/", open_data.index, name="open"),
    path("open/v1/openapi.json", open_data.openapi, name="open-api"),
    path("open/v1/<slug:code>", open_data.rows, name="open-rows"),
    path("open/v1/<slug:code>.<slug:form>", open_data.file, name="open-file"),
]
