"""Writing an application: begin, save a section as typed, add files."""

import datetime as dt
import json
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F

from institutions import policies
from institutions.models import Application, ApplicationVersion, DraftSection
from institutions.queries import CASE_TYPE, LICENCE, PROOF, SCAN, application_deadline
from institutions.workflow import APPLICATION
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Organisation
from pilot_portal.attachments.models import Attachment
from pilot_portal.attachments.operations import PROOFS, SCANS, store
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.documents.operations import store_sealed
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.rounds.queries import stage_open

SECTION_BYTES = 64 * 1024
OPEN = frozenset({Application.State.DRAFT, Application.State.RETURNED})
# When the paper is stamped and scanned, and until the county has recommended.
SCANNABLE = frozenset(
    {Application.State.SUBMITTED, Application.State.SUBMITTED_CITY, Application.State.ACCEPTED_DIRECT}
)


class SectionMoved(Stale):
    """The section was saved elsewhere meanwhile; carries what stands there now."""

    def __init__(self, current: DraftSection) -> None:
        super().__init__("这一部分刚在别处保存过，请比较两份内容后再保存。")
        self.current = current


def closed_words(state: str) -> str:
    """Why nothing can be written any more, and what to do about it."""
    if state in {Application.State.WITHDRAWN, Application.State.LAPSED}:
        return f"{Application.State(state).label}，不能填写；截止前可以重新填报。"
    if state in {Application.State.SUBMITTED, Application.State.SUBMITTED_CITY}:
        return "申报已提交，不能再修改；如需修改，请先撤回。"
    return f"申报目前为“{Application.State(state).label}”，不能再修改。"


def refuse_unless_open(application: Application) -> None:
    """Raise Stale unless the case can be written, as it stands in the database now."""
    state = Application.objects.values_list("state", flat=True).get(pk=application.pk)
    if state not in OPEN:
        raise Stale(closed_words(state))


def without_nul(typed: Any) -> Any:
    """What was typed without NUL: it is no text, and no database keeps it."""
    if isinstance(typed, list):
        return [without_nul(item) for item in typed]
    return typed.replace("\x00", "") if isinstance(typed, str) else typed


@transaction.atomic
def start_application(round: Round, organisation: Organisation, *, by: Actor, at: dt.datetime) -> Application:
    """Begin the application of an institution in a round; one case per round and institution.

    Raises NotAllowed for strangers, Stale outside the application stage or when there is a case already,
    Refused when the body has no county.
    """
    if not (by.is_institution and by.organisation_id == organisation.pk):
        raise NotAllowed("只有服务机构的人员可以建立申报。")
    if organisation.region_id is None:
        raise Refused("请先在“我的账号”中补充所在县市区。")
    closed = round.status == Round.Status.CLOSED
    if closed or not stage_open(round, Stage.Kind.APPLICATION, at=at, region_id=organisation.region_id):
        raise Stale("目前不在该批次的申报期内。")
    application = Application(
        round=round, organisation=organisation, region_id=organisation.region_id, created_at=at
    )
    try:
        with transaction.atomic():
            APPLICATION.start(application, by=by, at=at)
    except IntegrityError as error:
        raise Stale("贵机构在该批次已有申报，请在“我的申报”中继续。") from error
    first = {
        "name": organisation.name,
        "legal_representative": organisation.legal_representative,
        "credit_code": organisation.credit_code or "",
    }
    DraftSection.objects.create(
        application=application, section="basic", data=first, updated_at=at, updated_by=by.user
    )
    return application


@transaction.atomic
def save_section(
    application: Application,
    section: str,
    data: dict[str, Any],
    *,
    revision: int,
    done: bool,
    by: Actor,
    at: dt.datetime,
) -> int:
    """Keep one section exactly as typed; gives its new revision. Autosave and the button use the same act.

    Raises NotAllowed, Stale once submitted, SectionMoved when saved elsewhere, Refused beyond 64 KB.
    """
    if not policies.is_of_institution(by, application):
        raise NotAllowed("只有申报机构的人员可以填写。")
    refuse_unless_open(application)
    data = {key: without_nul(value) for key, value in data.items()}
    if len(json.dumps(data, ensure_ascii=False).encode()) > SECTION_BYTES:
        raise Refused("这一部分内容过长，请精简后再保存。")
    # Of two who write a section for the first time one makes it; the other finds it moved on.
    row, new = DraftSection.objects.get_or_create(
        application=application,
        section=section,
        defaults={
            "data": data,
            "is_done": done,
            "revision": 1,
            "updated_at": at,
            "updated_by": by.user,
        },
    )
    if new:
        return row.revision
    won = DraftSection.objects.filter(pk=row.pk, revision=revision).update(
        data=data, is_done=done, revision=F("revision") + 1, updated_at=at, updated_by=by.user
    )
    if not won:
        row.refresh_from_db()
        raise SectionMoved(row)
    return revision + 1


@transaction.atomic
def upload_file(
    application: Application, upload: UploadedFile, *, purpose: str, by: Actor, at: dt.datetime
) -> Attachment:
    """Add the licence or a proof while writing; the stamped scan once submitted.

    Raises NotAllowed, Stale (wrong time), Refused (what the file is).
    """
    if not policies.is_of_institution(by, application):
        raise NotAllowed("只有申报机构的人员可以上传。")
    if purpose == SCAN and application.state not in SCANNABLE:
        raise Stale("盖章扫描件在提交之后、县区推荐之前上传。")
    if purpose in {LICENCE, PROOF}:
        refuse_unless_open(application)
    if purpose not in {SCAN, LICENCE, PROOF}:
        raise Refused("请选择文件用途。", [Problem("请选择文件用途。", field="purpose")])
    if purpose == SCAN:
        return store_sealed(
            upload,
            round=application.round,
            case_type=CASE_TYPE,
            case_id=application.pk,
            purpose=purpose,
            by=by,
            at=at,
        )
    return store(
        upload,
        case_type=CASE_TYPE,
        case_id=application.pk,
        purpose=purpose,
        by=by,
        at=at,
        allowed=PROOFS if purpose == PROOF else SCANS,
    )


def take_set_scan(
    version: ApplicationVersion, upload: UploadedFile, *, by: Actor, at: dt.datetime
) -> Attachment:
    """Add the stamped scan of a printed set, found by its code. Raises NotAllowed, Stale, Refused."""
    application = version.application
    if version.version != application.versions_count:
        raise Stale(f"该申报已提交第 {application.versions_count} 版，请打印新的一版盖章。")
    return upload_file(application, upload, purpose=SCAN, by=by, at=at)


def refuse_after_deadline(application: Application, *, at: dt.datetime) -> None:
    """Raise Stale once the stage is over for this case; a returned case has its own days to mend."""
    if application.state == Application.State.RETURNED:
        if application.mend_until is not None and at >= application.mend_until:
            raise Stale("补正期限已过，不能再提交；情况特殊的请与所在县市区工信部门联系。")
        return
    window = application_deadline(application, at=at)
    if window is None or not window.is_open:
        words = f"（{window.words}，北京时间）" if window else ""
        raise Stale(f"申报已于规定时间截止{words}，不能再提交。")
