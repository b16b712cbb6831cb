"""Addresses of people and bodies."""

from django.urls import path

from pilot_portal.accounts.views import joining, own, staff

app_name = "accounts"
urlpatterns = [
    # everybody
    path("register/", joining.register, name="register"),
    path("invitation/", joining.invitation_code, name="invitation-code"),
    path("invitation/<str:secret>/", joining.invitation, name="invitation"),
    # signed in
    path("profile/", own.profile, name="profile"),
    path("switch/", own.switch, name="switch"),
    # administrators of a body
    path("members/", own.members, name="members"),
    path("members/<int:pk>/remove/", own.remove_member, name="member-remove"),
    path("members/<int:pk>/hand-over/", own.hand_over, name="member-hand-over"),
    path("members/<int:pk>/decider/", own.name_decider, name="member-decider"),
    # public bodies: the system administrator asks, the city's chief decides
    path("staff/", staff.overview, name="staff"),
    path("staff/<int:pk>/end/", staff.end, name="staff-end"),
    path("staff/grants/<int:pk>/<slug:name>/", staff.decide, name="grant-move"),
]
