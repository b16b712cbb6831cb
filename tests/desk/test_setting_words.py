"""Texts of a round: shown as a default of the system, changed on their page, never empty."""

import pytest
from django.urls import reverse

from pilot_portal.common.errors import Refused
from pilot_portal.rounds.operations import change_setting
from pilot_portal.rounds.queries import setting
from pilot_portal.rounds.settings_table import SETTINGS
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
WORDS = [key for key, item in SETTINGS.items() if isinstance(item.default, str)]
OWN = "如不服本决定，可依法申请复议。"


@pytest.fixture
def chen():
    return factories.city_handler_chen()


def test_the_texts_on_remedies_are_marked_as_defaults_until_the_city_sets_its_own(chen, client_of):
    round_ = factories.make_round()
    assert WORDS == ["review_words", "remedy_words"]
    page = client_of(chen).get("/desk/settings/2023/").content.decode()
    for key in WORDS:
        assert SETTINGS[key].default in page
        assert not SETTINGS[key].from_notice
    change_setting(round_, "remedy_words", OWN, by=chen, at=NOW)
    assert OWN in client_of(chen).get("/desk/settings/2023/").content.decode()


@pytest.mark.parametrize("key", WORDS)
def test_a_text_is_typed_in_a_box_that_holds_the_one_in_force(chen, client_of, key):
    round_, browser = factories.make_round(), client_of(chen)
    path = reverse("desk:settings-change", args=["2023", key])
    shown = browser.get(path).content.decode()
    assert "<textarea" in shown
    assert SETTINGS[key].default in shown
    assert browser.post(path, {"value": OWN}).status_code == 302
    assert setting(round_, key, at=NOW.replace(year=2100)) == OWN
    for wrong in ("", " ", "字" * 501, "提\u200b示"):
        assert browser.post(path, {"value": wrong}).status_code == 422


def test_an_empty_text_and_a_number_are_refused_by_the_act_itself(chen):
    round_ = factories.make_round()
    for wrong in ("", "  ", 5):
        with pytest.raises(Refused):
            change_setting(round_, "remedy_words", wrong, by=chen, at=NOW)
