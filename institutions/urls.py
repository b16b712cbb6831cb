"""Addresses of applications, reports and the roster, grouped by who stands before the page."""

from django.urls import path

from institutions.views import city, county, public
from institutions.views.applicant import pages as applicant
from institutions.views.applicant import pilot

app_name = "institutions"
urlpatterns = [
    # public
    path("institutions/", public.pilot_list, name="public-list"),
    path("institutions/<int:pk>/", public.pilot_detail, name="public-detail"),
    # institution
    path("my/application/", applicant.home, name="applicant-home"),
    path("my/application/<slug:code>/", applicant.tasks, name="applicant-application"),
    path("my/application/<slug:code>/start/", applicant.start, name="applicant-start"),
    path("my/application/<slug:code>/upload/", applicant.upload, name="applicant-upload"),
    path("my/application/<slug:code>/check/", applicant.check, name="applicant-check"),
    path(
        "my/application/<slug:code>/take-back/",
        applicant.move,
        {"name": "take_back"},
        name="applicant-take-back",
    ),
    path(
        "my/application/<slug:code>/withdraw/",
        applicant.move,
        {"name": "withdraw"},
        name="applicant-withdraw",
    ),
    path("my/application/<slug:code>/reopen/", applicant.move, {"name": "reopen"}, name="applicant-reopen"),
    path("my/application/<slug:code>/<slug:part>/", applicant.section, name="applicant-section"),
    path("my/pilot/", pilot.pilots, name="applicant-pilots"),
    path("my/pilot/<int:pk>/<slug:name>/", pilot.pilot_move, name="applicant-pilot-move"),
    # county
    path("desk/county/applications/", county.queue, name="county-applications"),
    path("desk/county/applications/recommend/", county.batch, name="county-batch"),
    path("desk/county/applications/<slug:number>/", county.case, name="county-application"),
    path("desk/county/applications/<slug:number>/checklist/", county.checklist, name="county-checklist"),
    path("desk/county/applications/<slug:number>/<slug:name>/", county.move, name="county-move"),
    path("desk/county/reports/", county.report_list, name="county-reports"),
    path("desk/county/reports/start/<slug:code>/", county.report_start, name="county-report-start"),
    path("desk/county/reports/<slug:number>/", county.report, name="county-report"),
    path(
        "desk/county/reports/<slug:number>/scan/",
        county.report_act,
        {"name": "scan"},
        name="county-report-scan",
    ),
    path(
        "desk/county/reports/<slug:number>/submit/",
        county.report_act,
        {"name": "submit"},
        name="county-report-submit",
    ),
    path(
        "desk/county/reports/<slug:number>/mailed/",
        county.report_act,
        {"name": "mailed"},
        name="county-report-mailed",
    ),
    # city; leader and auditor read
    path("desk/city/applications/", city.overview, name="city-applications"),
    path("desk/city/applications/batch/<slug:name>/", city.batch, name="city-batch"),
    path("desk/city/applications/<slug:number>/", city.case, name="city-application"),
    path("desk/city/applications/<slug:number>/<slug:name>/", city.move, name="city-move"),
    path("desk/city/reports/", city.report_list, name="city-reports"),
    path("desk/city/reports/<slug:number>/", city.report, name="city-report"),
    path("desk/city/reports/<slug:number>/received/", city.report_received, name="city-report-received"),
    path("desk/city/reports/<slug:number>/<slug:name>/", city.report_move, name="city-report-move"),
    path("desk/city/roster/", city.roster_page, name="city-roster"),
    path("desk/city/roster/publish/<slug:code>/", city.roster_publish, name="city-roster-publish"),
    path("desk/city/roster/<int:pk>/<slug:name>/", city.pilot_move, name="city-pilot-move"),
]
