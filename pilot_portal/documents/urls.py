"""Addresses of the papers: 「我的文件」 and verification."""

from django.urls import path

from pilot_portal.documents.views import bundles, mine, public, scans

app_name = "documents"
urlpatterns = [
    # everyone who signed in
    path("papers/", mine.mine, name="mine"),
    path("papers/request/<slug:kind>/<int:subject>/", mine.request_paper, name="request"),
    path("papers/sheet/<slug:kind>/<slug:code>/", mine.request_sheet, name="request-sheet"),
    path("papers/bundle/<slug:kind>/<slug:code>/", bundles.bundle, name="bundle"),
    path("papers/scans/", scans.scans, name="scans"),
    path("papers/scans/<int:pk>/", scans.place, name="scan-place"),
    path("papers/<uuid:key>/download/", mine.download, name="download"),
    path("papers/<uuid:key>/retry/", mine.retry, name="retry"),
    path("papers/<uuid:key>/cancel/", mine.cancel, name="cancel"),
    # public
    path("papers/public/<slug:kind>/<slug:number>/", public.paper, name="public"),
    path("verify/", public.verify, name="verify"),
    path("verify/<slug:code>/", public.verify_code, name="verify-code"),
]
