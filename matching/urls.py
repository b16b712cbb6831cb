"""Addresses of matching, grouped by who stands before the page."""

from django.urls import path

from matching.views import applicant, county, enterprise, party

app_name = "matching"
urlpatterns = [
    # institution
    path("my/hall/", applicant.hall, name="applicant-hall"),
    path("my/claims/", applicant.mine, name="applicant-claims"),
    path("my/claims/start/<slug:number>/", applicant.start, name="applicant-claim-start"),
    path("my/claims/<int:pk>/", applicant.claim_page, name="applicant-claim"),
    path("my/claims/<int:pk>/confirm/", applicant.confirm, name="applicant-claim-confirm"),
    path("my/claims/<int:pk>/withdraw/", applicant.withdraw, name="applicant-claim-withdraw"),
    path("my/claims/<int:pk>/decline/", applicant.decline, name="applicant-claim-decline"),
    # enterprise
    path("my/demands/<slug:number>/choose/", enterprise.choose, name="enterprise-choose"),
    # both parties of a contract
    path("my/engagements/", party.mine, name="party-engagements"),
    path("my/engagements/<slug:number>/", party.engagement_page, name="party-engagement"),
    path("my/engagements/<slug:number>/contract/", party.contract, name="party-contract"),
    path("my/engagements/<slug:number>/sign/", party.sign, name="party-sign"),
    path("my/engagements/<slug:number>/start-service/", party.start_service, name="party-start-service"),
    path("my/engagements/<slug:number>/log/", party.log, name="party-log"),
    path("my/engagements/<slug:number>/upload/", party.upload, name="party-upload"),
    path("my/engagements/<slug:number>/deliver/", party.deliver, name="party-deliver"),
    path("my/engagements/<slug:number>/accept/", party.accept, name="party-accept"),
    path("my/engagements/<slug:number>/dispute/", party.dispute, name="party-dispute"),
    path("my/engagements/<slug:number>/resume/", party.resume, name="party-resume"),
    path("my/engagements/<slug:number>/settle/", party.settle, name="party-settle"),
    path("my/engagements/<slug:number>/give-up/", party.give_up, name="party-give-up"),
    # county and city
    path("desk/engagements/", county.engagement_list, name="county-engagements"),
    path("desk/engagements/<slug:number>/", county.engagement_page, name="county-engagement"),
    path("desk/engagements/<slug:number>/terminate/", county.terminate, name="county-terminate"),
    path(
        "desk/engagements/<slug:number>/accept-by-county/",
        county.accept_by_county,
        name="county-accept-by-county",
    ),
    path("desk/engagements/<slug:number>/resume/", county.resume, name="county-resume"),
]
