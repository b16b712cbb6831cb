"""Signed-in clients for tests. The people themselves come from `tests/factories.py`."""

from collections.abc import Callable

import pytest
from django.test import Client

from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.middleware import MEMBERSHIP_KEY
from pilot_portal.accounts.models import User
from tests import factories

Person = User | Actor | None


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """`client_of(actor)` gives a browser of this person in this body, `client_of()` an anonymous one.

    A plain user is signed in without a choice of body.
    """

    def sign_in(person: Person = None, **kwargs: object) -> Client:
        client = Client(**kwargs)
        user = person.user if isinstance(person, Actor) else person
        if user is not None:
            client.force_login(user)
        if isinstance(person, Actor) and person.membership is not None:
            session = client.session
            session[MEMBERSHIP_KEY] = person.membership.pk
            session.save()
        return client

    return sign_in


@pytest.fixture
def client_for(client_of, db) -> Callable[..., Client]:
    """`client_for("county_handler", case)` gives a browser of a new person of this role.

    The person stands in the body that the case concerns, with `foreign=True` in another one of its kind.
    """

    def as_role(role: str, case: object = None, *, foreign: bool = False) -> Client:
        return client_of(factories.actor_for(role, case, foreign=foreign))

    return as_role
