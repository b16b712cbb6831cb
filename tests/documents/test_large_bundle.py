"""The papers of a thousand applications as one bundle, built by a worker process in little memory."""

import json
import subprocess
import sys
from io import StringIO
from zipfile import ZipFile

import pytest
from django.core.management import call_command

from institutions.documents.bundles import APPLICATION_PAPERS
from institutions.models import Application
from pilot_portal.documents import operations
from pilot_portal.documents.models import BundleItem
from pilot_portal.rounds.models import Round
from tests import factories
from tests.documents.jobs import empty_folders
from tests.factories import NOW
from tests.portal import ROOT, environment

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
APPLICATIONS, MOST = 1000, 200


def test_a_thousand_applications_are_one_bundle_in_little_memory():
    empty_folders()
    call_command("fill", institutions=APPLICATIONS, stdout=StringIO())
    round_ = Round.objects.get(pk=Application.objects.order_by("-pk").values_list("round", flat=True)[0])
    sent = Application.objects.filter(round=round_, submitted_at__isnull=False).count()
    assert sent >= APPLICATIONS
    chen = factories.city_handler_chen()
    paper = operations.request_export(APPLICATION_PAPERS, round_, None, by=chen, at=NOW, purpose="归档")
    words = [sys.executable, "-m", "tests.benchmarks.worker", "papers"]
    done = subprocess.run(words, cwd=ROOT, env=environment(), check=True, stdout=subprocess.PIPE, text=True)
    told = json.loads(done.stdout)
    sys.stdout.write(f"{told}\n")
    paper.refresh_from_db()
    assert (paper.status, paper.error) == ("DONE", "")
    items = BundleItem.objects.filter(bundle=paper)
    assert items.filter(paper__kind="application-set").count() == sent
    with paper.file.open("rb") as file, ZipFile(file) as archive:
        assert len(archive.namelist()) == items.count() + 1
        assert sum(name.startswith("申报材料/") for name in archive.namelist()) == sent
    # The demonstration asked for a few papers of its own.
    assert told["worked"] >= items.count() + 2
    assert told["own"] < MOST, told
