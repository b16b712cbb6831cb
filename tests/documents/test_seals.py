"""Electronic seals: the portal's own, vendors', uploaded ones; and what was done to a file since."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from asn1crypto import keys, pem, tsp, x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from django.core.management import CommandError, call_command
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from institutions import documents as application_papers
from pilot_portal.common import clock
from pilot_portal.common.digests import digests_of
from pilot_portal.documents import operations
from pilot_portal.documents.operations import RETRY
from pilot_portal.documents.pdf import canonical, load_fonts, save
from pilot_portal.documents.scans import changes_since, inspect
from pilot_portal.documents.scans.finding import CHANGED, NOTHING, SEALED
from pilot_portal.documents.signing import backend, places_of, seal_backend
from pilot_portal.documents.signing.system import WORDS
from pilot_portal.rounds.models import RoundSetting
from tests import factories
from tests.documents.jobs import content_of, empty_folders, sweep_at
from tests.documents.samples import PAPERS
from tests.documents.sealing import PASSWORD, certificate, covered, portal_key, sealed_by
from tests.factories import NOW
from tests.institutions.seed import sent

SYSTEM = "pilot_portal.documents.signing.system.SystemSeal"
FONTS = load_fonts()
NO_SEAL = {
    "attachment3",
    "attachment3-long",
    "service-proof",
    "service-proof-long",
    "charts",
    "charts-narrow",
}


def paper_file(name="letter"):
    form, data = PAPERS[name]
    return save(form(data, FONTS), FONTS, attached=canonical(data))


@pytest.fixture
def seal(settings, tmp_path):
    """The portal's own signature with a key of this test."""
    settings.SEAL_KEY_PASSWORD = PASSWORD
    settings.SEAL_KEY_FILE = str(portal_key(tmp_path))
    settings.SEAL_BACKEND = SYSTEM
    backend._backend.cache_clear()
    yield seal_backend()
    backend._backend.cache_clear()


@pytest.fixture
def body(tmp_path):
    return certificate(tmp_path, "示例电子印章")


# Digests -----------------------------------------------------------------------------------


def test_digests_are_those_of_the_standards():
    # GB/T 32905-2016, A.1, and FIPS 180-4.
    sha256, sm3 = digests_of(BytesIO(b"abc"))
    assert sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sha256 == hashlib.sha256(b"abc").hexdigest()


# Where seals go ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAPERS)
def test_a_seal_program_finds_where_the_seal_goes(name):
    content = paper_file(name)
    places = places_of(content)
    assert len(places) == (0 if name in NO_SEAL else 1)
    with pikepdf.open(BytesIO(content)) as pdf:
        for place in places:
            left, bottom, right, top = place.box
            page = pdf.pages[place.page].mediabox
            assert 0 <= left < right <= float(page[2])
            assert 0 <= bottom < top <= float(page[3])
            assert right - left == pytest.approx(119.06, abs=0.1)  # 42 mm


# The portal's own signature ------------------------------------------------------------------


def test_off_by_default(settings):
    assert settings.SEAL_BACKEND == ""
    assert seal_backend() is None


def test_the_portals_signature_is_an_update_behind_the_very_paper(seal):
    paper = paper_file()
    signed = seal.seal(paper, at=NOW)
    assert signed.startswith(paper)
    (found,) = inspect(signed).seals
    assert (found.intact, found.changed, found.trusted, found.stamped) == (True, False, False, False)
    assert found.signer == "系统校验签名"
    with pikepdf.open(BytesIO(signed)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        assert field.V.SubFilter == pikepdf.Name("/ETSI.CAdES.detached")
        assert pdf.Root.AF[0].AFRelationship == pikepdf.Name.Data
        with pdf.open_metadata() as meta:
            assert meta.pdfa_status == "3B"


def test_its_field_says_that_it_is_no_seal_and_stands_where_no_seal_goes(seal):
    paper = paper_file("covering-none")
    signed = seal.seal(paper, at=NOW)
    with pikepdf.open(BytesIO(signed)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        left, bottom, right, top = (float(edge) for edge in field.Rect)
    for place in places_of(paper):
        assert right < place.box[0] or left > place.box[2] or bottom > place.box[3] or top < place.box[1]
    with pypdfium2.PdfDocument(signed) as pdf:
        pdf.init_forms()
        page = pdf[0]
        # Drawn on the page as a viewer shows it: the field's square is not white any more.
        picture = page.render(scale=2, may_draw_forms=True).to_pil().convert("L")
        height = picture.height
        corner = picture.crop(
            (int(left * 2), height - int(top * 2), int(right * 2), height - int(bottom * 2))
        )
        assert corner.getextrema()[0] < 128
        page.close()
    assert WORDS == "系统校验签名，不代替公章"


@pytest.mark.django_db
def test_a_round_that_has_it_on_gets_both_files_and_both_are_known(seal, client):
    empty_folders()
    case = sent(factories.institution_admin_zhou())
    version = case.versions.get()
    city = factories.city_handler_chen()
    RoundSetting.objects.create(
        round=case.round, key="system_signature_on", value=True, valid_from=clock.now()
    )
    paper = operations.request_paper(application_papers.APPLICATION_SET, version, by=city, at=clock.now())
    other = operations.request_paper(application_papers.RECEIPT, version, by=city, at=NOW)
    sweep_at(clock.now())
    paper.refresh_from_db()
    other.refresh_from_db()
    assert (paper.status, paper.sealed_by) == ("DONE", "系统校验签名")
    # Asked for before the round had it on.
    assert (other.status, other.sealed_by, other.sealed_file.name) == ("DONE", "", "")
    with paper.sealed_file.open("rb") as file:
        signed = file.read()
    unsigned = content_of(paper)
    assert signed.startswith(unsigned)
    assert (paper.sealed_sha256, paper.sealed_sm3) == digests_of(BytesIO(signed))
    assert (paper.sha256, paper.sm3) == digests_of(BytesIO(unsigned))
    for content, sha256, sm3 in (
        (signed, paper.sealed_sha256, paper.sealed_sm3),
        (unsigned, paper.sha256, paper.sm3),
    ):
        answer = client.post("/verify/", {"file": BytesIO(content)})
        assert "逐字节一致" in answer.content.decode()
        assert sha256 in answer.content.decode()
        assert sm3 in answer.content.decode()
    client.force_login(city.user)
    assert b"".join(client.get(f"/papers/{paper.uuid}/download/").streaming_content) == signed


@pytest.mark.django_db
def test_a_round_that_has_it_off_gets_none(seal):
    empty_folders()
    version = sent(factories.institution_admin_zhou()).versions.get()
    paper = operations.request_paper(
        application_papers.RECEIPT, version, by=factories.city_handler_chen(), at=NOW
    )
    sweep_at(NOW)
    paper.refresh_from_db()
    assert (paper.status, paper.sealed_by) == ("DONE", "")


class StampServer(BaseHTTPRequestHandler):
    """A time-stamp server (RFC 3161) of this test."""

    stamper: DummyTimeStamper

    def do_POST(self):
        asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.stamper.request_tsa_response(asked).dump()
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_words):
        """Nothing."""


@pytest.fixture
def stamp_server(tmp_path):
    """The address of a time-stamp server."""
    key_file, certificate_file = certificate(tmp_path, "示例时间戳", stamps=True)
    _kind, _headers, key = pem.unarmor(key_file.read_bytes())
    _kind, _headers, made = pem.unarmor(certificate_file.read_bytes())
    StampServer.stamper = DummyTimeStamper(
        x509.Certificate.load(made), keys.PrivateKeyInfo.load(key), SimpleCertificateStore(), fixed_dt=NOW
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), StampServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_with_a_time_stamp_server_the_time_is_confirmed(seal, settings, stamp_server):
    settings.SEAL_TSA_URL = stamp_server
    backend._backend.cache_clear()
    (found,) = inspect(seal_backend().seal(paper_file(), at=NOW)).seals
    assert (found.intact, found.stamped) == (True, True)


@pytest.mark.django_db
def test_a_time_stamp_server_that_does_not_answer_is_a_fault_that_passes(
    seal, settings, stamp_server, caplog
):
    empty_folders()
    case = sent(factories.institution_admin_zhou())
    now = clock.now()
    RoundSetting.objects.create(round=case.round, key="system_signature_on", value=True, valid_from=now)
    settings.SEAL_TSA_URL = "http://127.0.0.1:9/"
    backend._backend.cache_clear()
    paper = operations.request_paper(
        application_papers.RECEIPT, case.versions.get(), by=factories.city_handler_chen(), at=now
    )
    sweep_at(now)
    paper.refresh_from_db()
    assert (paper.status, paper.file.name, paper.sealed_file.name) == ("RUNNING", "", "")
    assert "SealFailed" in caplog.text
    settings.SEAL_TSA_URL = stamp_server
    backend._backend.cache_clear()
    sweep_at(now + RETRY * 2)
    paper.refresh_from_db()
    assert (paper.status, paper.sealed_by) == ("DONE", "系统校验签名")


def test_the_key_is_made_once_and_never_without_a_password(settings, tmp_path):
    settings.SEAL_KEY_PASSWORD = ""
    with pytest.raises(CommandError, match="SEAL_KEY_PASSWORD"):
        call_command("seal_key", str(tmp_path / "a.p12"))
    settings.SEAL_KEY_PASSWORD = PASSWORD
    target = portal_key(tmp_path)
    before = target.read_bytes()
    with pytest.raises(CommandError, match="不能写入"):
        portal_key(tmp_path)
    assert target.read_bytes() == before
    assert target.stat().st_mode & 0o777 == 0o600
    key, made, _others = pkcs12.load_key_and_certificates(before, PASSWORD.encode())
    assert key.curve.name == "secp256r1"
    assert target.with_suffix(".pem").read_bytes() == made.public_bytes(Encoding.PEM)


# Somebody's else seal, and what was done since -------------------------------------------------


def test_a_seal_on_our_paper_leaves_the_paper_as_it_was(body):
    paper = paper_file()
    sealed = sealed_by(body, paper)
    assert changes_since(paper, sealed) == SEALED
    (found,) = inspect(sealed).seals
    assert (found.signer, found.intact, found.changed, found.trusted) == ("示例电子印章", True, False, False)
    assert inspect(sealed, roots=body[1]).seals[0].trusted


def test_two_bodies_seal_one_after_the_other(body, tmp_path):
    paper = paper_file()
    both = sealed_by(certificate(tmp_path, "示例第二枚"), sealed_by(body, paper), field="Seal2")
    assert changes_since(paper, both) == SEALED
    assert [(seal.intact, seal.changed) for seal in inspect(both).seals] == [(True, False), (True, False)]


def test_what_is_painted_over_a_paper_is_found(body):
    paper = paper_file()
    assert changes_since(paper, paper) == NOTHING
    assert changes_since(paper, covered(paper)) == CHANGED
    sealed = sealed_by(body, paper)
    assert changes_since(paper, covered(sealed)) == CHANGED
    assert changes_since(sealed, covered(sealed)) == CHANGED
    assert changes_since(paper, sealed_by(body, covered(paper))) == CHANGED
    # The seal itself is intact still: who asks only that does not see what was painted over it.
    (found,) = inspect(covered(sealed)).seals
    assert (found.intact, found.changed) == (True, True)


def test_a_changed_byte_breaks_the_seal(body):
    sealed = bytearray(sealed_by(body, paper_file()))
    at = sealed.index(b"/MediaBox")
    sealed[at + 14] ^= 1
    assert not any(seal.intact for seal in inspect(bytes(sealed)).seals)


@pytest.mark.parametrize("tail", [b"rubbish", b"\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"])
def test_rubbish_behind_a_paper_is_no_seal(tail):
    assert changes_since(paper_file(), paper_file() + tail) == CHANGED


class VendorSeal:
    """A seal vendor as a county might name it: it is given the paper and finds the place."""

    label = "示例印章服务"

    def seal(self, pdf, *, at):
        assert places_of(pdf)
        return pdf + b"\n% sealed"


def test_a_vendors_backend_is_named_by_a_setting(settings):
    settings.SEAL_BACKEND = "tests.documents.test_seals.VendorSeal"
    backend._backend.cache_clear()
    try:
        paper = paper_file()
        assert seal_backend().label == "示例印章服务"
        assert seal_backend().seal(paper, at=NOW) == paper + b"\n% sealed"
    finally:
        backend._backend.cache_clear()
