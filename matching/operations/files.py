"""Evidence of a contract: contract, invoice, payment slip, stage proofs, completion confirmation."""

import datetime as dt

from django.core.files.uploadedfile import UploadedFile

from matching import policies
from matching.models import Engagement
from matching.queries import PURPOSES
from pilot_portal.accounts.actors import Actor
from pilot_portal.attachments.models import Attachment
from pilot_portal.attachments.operations import PROOFS, store
from pilot_portal.common.errors import NotAllowed, Refused, Stale

ENDED = frozenset({Engagement.State.TERMINATED, Engagement.State.TRANSFERRED})


def add_file(
    engagement: Engagement, upload: UploadedFile, *, purpose: str, by: Actor, at: dt.datetime
) -> Attachment:
    """Keep a piece of evidence. Raises NotAllowed for others than the institution, Stale once ended."""
    if not policies.is_provider(by, engagement):
        raise NotAllowed("只有服务机构的人员可以上传。")
    if purpose not in PURPOSES:
        raise Refused("请选择文件用途。")
    if engagement.state in ENDED:
        raise Stale("合同已结束，不能再上传。")
    return store(
        upload,
        case_type="matching.engagement",
        case_id=engagement.pk,
        purpose=purpose,
        by=by,
        at=at,
        allowed=PROOFS,
    )
