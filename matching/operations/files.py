"""Evidence of a contract: contract, invoice, payment slip, stage proofs, completion confirmation."""

import datetime as dt

from django.core.files.uploadedfile import UploadedFile

from matching import policies
from matching.models import Engagement
from matching.operations.choosing import ENDED
from matching.queries import PURPOSES
from pilot_portal.accounts.actors import Actor
from pilot_portal.attachments.models import Attachment
from pilot_portal.attachments.operations import PROOFS, store
from pilot_portal.common.errors import NotAllowed, Refused, Stale


def add_file(
    engagement: Engagement, upload: UploadedFile, *, purpose: str, by: Actor, at: dt.datetime
) -> Attachment:
    """Keep a piece of evidence.

    Raises NotAllowed for others than the institution, Refused for what cannot be taken, Stale once ended (for
    the contract itself: once signed).
    """
    if not policies.is_provider(by, engagement):
        raise NotAllowed("只有服务机构的人员可以上传。")
    if purpose not in PURPOSES:
        raise Refused("请选择文件用途。")
    if engagement.state in ENDED:
        raise Stale("合同已结束，不能再上传。")
    if purpose == "contract" and engagement.state != Engagement.State.AGREED:
        raise Stale("合同已签约，扫描件不能再更换；补充材料请按其他用途上传。")
    return store(
        upload,
        case_type="matching.engagement",
        case_id=engagement.pk,
        purpose=purpose,
        by=by,
        at=at,
        allowed=PROOFS,
    )
