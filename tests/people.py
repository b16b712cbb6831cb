"""Signed-in clients for tests. The people themselves come from `tests/factories.py`."""

import pytest
from django.test import Client


@pytest.fixture
def client_of():
    """`client_of(user)` gives a browser in which this user is signed in; `client_of()` an anonymous one."""

    def sign_in(user=None, **kwargs: object) -> Client:
        client = Client(**kwargs)
        if user is not None:
            client.force_login(user)
        return client

    return sign_in
