"""Addresses of demands, grouped by who stands before the page."""

from django.urls import path

from demands.views import applicant, enterprise, public
from demands.views.city import lists as city_lists
from demands.views.city import queue as city_queue
from demands.views.city import reports as city_reports
from demands.views.county import (
    corrections,
    exports,
    import_rows,
    imports,
    library,
    mending,
    new_firm,
    paper,
    papers,
    questions,
    record,
    slips,
)
from demands.views.county import queue as county_queue

app_name = "demands"
INVITATIONS = "desk/county/enterprises/invitations"
IMPORT_ROW = "desk/county/demands/imports/<int:pk>/rows/<int:ordinal>"

for_everybody = [
    path("demands/", public.demand_list, name="public-demand-list"),
    path("demands/<slug:number>/ask/", applicant.ask, name="public-demand-ask"),
    path("demands/<slug:number>/", public.demand, name="public-demand"),
]

for_enterprises = [
    path("my/demands/", enterprise.demand_list, name="enterprise-demand-list"),
    path("my/demands/new/", enterprise.start, name="enterprise-demand-start"),
    path("my/demands/<int:pk>/", enterprise.demand, name="enterprise-demand"),
    path("my/demands/<int:pk>/questions/", enterprise.questions, name="enterprise-demand-questions"),
    path(
        "my/demands/<int:pk>/questions/<int:ordinal>/",
        enterprise.answer,
        name="enterprise-question-answer",
    ),
    path("my/demands/<int:pk>/check/", enterprise.check, name="enterprise-demand-check"),
    path("my/demands/<int:pk>/step/<slug:part>/", enterprise.part, name="enterprise-demand-part"),
    path("my/demands/<int:pk>/act/<slug:name>/", enterprise.move, name="enterprise-demand-move"),
]

for_counties = [
    path("desk/county/demands/", county_queue.demand_list, name="county-demand-list"),
    path("desk/county/demands/batch/<slug:name>/", county_queue.batch, name="county-demand-batch"),
    path("desk/county/demands/summary/", papers.summary, name="county-summary"),
    path("desk/county/demands/summary/<int:pk>/send/", papers.send_summary, name="county-summary-send"),
    path("desk/county/demands/summary/<slug:code>/", papers.make_summary, name="county-summary-make"),
    path("desk/demands/template/<slug:code>/", imports.template, name="demand-template"),
    path("desk/demands/<int:pk>/questions/<int:ordinal>/hide/", questions.hide, name="question-hide"),
    path("desk/demands/<int:pk>/correct/", corrections.correct, name="demand-correct"),
    path("desk/demands/export/", exports.export, name="demand-export"),
    path("desk/county/demands/paper/", paper.enter, name="county-demand-paper"),
    path("desk/county/demands/imports/", imports.import_list, name="county-import-list"),
    path("desk/county/demands/imports/<int:pk>/", imports.imported, name="county-import"),
    path("desk/county/demands/imports/<int:pk>/progress/", imports.progress, name="county-import-progress"),
    path("desk/county/demands/imports/<int:pk>/marked/", import_rows.marked, name="county-import-marked"),
    path(f"{IMPORT_ROW}/", import_rows.edit, name="county-import-row"),
    path(f"{IMPORT_ROW}/confirm/", import_rows.confirm, name="county-import-row-confirm"),
    path(f"{IMPORT_ROW}/leave-out/", import_rows.leave_out, name="county-import-row-leave-out"),
    path(f"{IMPORT_ROW}/suggest/", import_rows.suggest, name="county-import-row-suggest"),
    path("desk/county/demands/imports/<int:pk>/commit/", imports.commit, name="county-import-commit"),
    path("desk/county/demands/imports/<int:pk>/discard/", imports.discard, name="county-import-discard"),
    path("desk/county/demands/imports/<int:pk>/undo/", imports.undo, name="county-import-undo"),
    path("desk/county/demands/<int:pk>/", county_queue.demand, name="county-demand"),
    path("desk/county/demands/<int:pk>/mend/", mending.mend, name="county-demand-mend"),
    path("desk/county/demands/<int:pk>/<slug:name>/", county_queue.move, name="county-demand-move"),
    path("desk/county/enterprises/", library.enterprise_list, name="county-enterprise-list"),
    path("desk/county/enterprises/new/", new_firm.new_firm, name="county-enterprise-new"),
    path("desk/county/enterprises/claims/", library.claim_list, name="county-claim-list"),
    path("desk/county/enterprises/claims/<int:pk>/", library.decide_claim, name="county-claim-decide"),
    path(f"{INVITATIONS}/", slips.invitation_list, name="county-invitation-list"),
    path("desk/county/enterprises/invite/", slips.invite_many, name="county-invite-many"),
    path(
        "desk/county/enterprises/invitations/delivered/", slips.delivered, name="county-invitation-delivered"
    ),
    path(f"{INVITATIONS}/<int:pk>/renew/", slips.renew, name="county-invitation-renew"),
    path("desk/county/enterprises/slips/<int:pk>/", slips.print_slips, name="county-slips"),
    path("desk/county/enterprises/imports/", imports.library_import, name="county-library-import"),
    path("desk/enterprises/template/", imports.library_template, name="library-template"),
    path("desk/county/enterprises/<int:pk>/", record.enterprise, name="county-enterprise"),
    path("desk/county/enterprises/<int:pk>/invite/", record.invite, name="county-enterprise-invite"),
    path("desk/county/enterprises/<int:pk>/titles/", record.grant, name="county-enterprise-title"),
    path(
        "desk/county/enterprises/<int:pk>/titles/<int:title>/revoke/",
        record.revoke,
        name="county-enterprise-title-revoke",
    ),
    path("desk/county/enterprises/<int:pk>/merge/", record.merge, name="county-enterprise-merge"),
    path(
        "desk/county/enterprises/<int:pk>/merges/<int:merged>/undo/",
        record.part,
        name="county-enterprise-part",
    ),
]

for_the_city = [
    path("desk/city/demands/", city_queue.demand_list, name="city-demand-list"),
    path("desk/city/demands/prepare/", city_queue.prepare, name="city-demand-prepare"),
    path("desk/city/demands/reports/", city_reports.report_list, name="city-demand-report-list"),
    path(
        "desk/city/demands/reports/<int:pk>/<slug:name>/",
        city_reports.move,
        name="city-demand-report-move",
    ),
    path("desk/city/demands/<int:pk>/", city_queue.demand, name="city-demand"),
    path("desk/city/demands/<int:pk>/text/", city_queue.text, name="city-demand-text"),
    path("desk/city/demands/<int:pk>/<slug:name>/", city_queue.move, name="city-demand-move"),
    path("desk/city/demands/lists/", city_lists.list_list, name="city-list-list"),
    path("desk/city/demands/lists/new/", city_lists.new_list, name="city-list-new"),
]

urlpatterns = [*for_everybody, *for_enterprises, *for_counties, *for_the_city]
