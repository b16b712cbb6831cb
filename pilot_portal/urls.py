"""All addresses. The ground wires the apps by name only."""

from django.urls import include, path

from pilot_portal.desk.views import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("pilot_portal.bulletin.urls")),
    path("", include("pilot_portal.documents.urls")),
    path("accounts/", include("pilot_portal.accounts.sign_in_urls")),
    path("accounts/", include("pilot_portal.accounts.urls")),
    path("messages/", include("pilot_portal.notifications.urls")),
    path("files/", include("pilot_portal.attachments.urls")),
    path("desk/", include("pilot_portal.desk.urls")),
    path("", include("institutions.urls")),
    path("", include("demands.urls")),
    path("", include("matching.urls")),
    path("", include("evaluation.urls")),
]
