"""Everything a round may set: its default, whether the notice says it, and how it reads.

Values marked `from_notice=False` are shown to users as 「系统默认，非文件规定」 (domain.md §2).
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Setting:
    """One adjustable number, switch or text of a round. `judges`: institutions are evaluated by it."""

    label: str
    default: Any
    unit: str = ""
    from_notice: bool = False
    help: str = ""
    judges: bool = False


SETTINGS: dict[str, Setting] = {
    "min_enterprises": Setting("每家机构服务企业数下限", 10, "家", from_notice=True, judges=True),
    "target_innovative": Setting("创新型中小企业目标", 200, "家", from_notice=True),
    "target_provincial": Setting("省级专精特新中小企业目标", 80, "家", from_notice=True),
    "target_giant": Setting("国家级专精特新“小巨人”目标", 30, "家", from_notice=True),
    "target_key_giant": Setting("国家级重点“小巨人”目标", 10, "家", from_notice=True),
    "target_champion": Setting("国家级制造业单项冠军目标", 6, "家", from_notice=True),
    "target_above_scale": Setting("升规入统目标", 200, "家", from_notice=True),
    "exit_satisfied_share": Setting(
        "满意率下限", 80, "%", help="低于此比例的机构提请动态调整。", judges=True
    ),
    "exit_min_answers": Setting("评价最少有效问卷", 5, "份", judges=True),
    "exit_min_answer_share": Setting("评价最低回收率", 60, "%", judges=True),
    "award_count": Setting("年底评比奖补家数", 10, "家", judges=True),
    "publicity_on": Setting("公示环节", default=True),
    "publicity_days": Setting("公示期", 5, "个工作日"),
    "choosing_days": Setting("企业选择期限", 10, "个工作日"),
    "contract_days": Setting("签约期限", 15, "个工作日"),
    "mend_days": Setting("补正期限", 5, "个工作日"),
    "acceptance_days": Setting("验收默认期限", 10, "个工作日"),
    "claims_per_demand": Setting("每项需求揭榜数上限", 0, "家", help="0 表示不限。"),
    "open_claims_factor": Setting("同时揭榜上限系数", 3, "倍剩余能力"),
    "two_persons_county": Setting("县区审核须两人", default=False),
    "scans_accepted": Setting("接受盖章扫描件", default=True),
    "sealed_accepted": Setting("接受电子印章 PDF", default=True, help="在别处加盖电子印章的文件，原样保存。"),
    "system_signature_on": Setting(
        "系统校验签名", default=False, help="给文书加上本平台的校验签名；不代替公章。"
    ),
    "government_share_on": Setting(
        "本年有政府补助", default=False, help="未明确前，政府补助一律为 0 并隐藏。"
    ),
    "government_share_rate": Setting("政府补助比例", 0, "%"),
    "government_share_cap_fen": Setting("单项服务政府补助上限", 0, "分"),
    "review_words": Setting(
        "不予推荐、不予确认的救济途径",
        "如有异议，可自收到本告知书之日起5个工作日内向株洲市工业和信息化局书面申请复核。",
        help="写入不予推荐、不予确认告知书。",
    ),
    "remedy_words": Setting(
        "决定书的救济途径",
        "如不服本决定，可自收到本决定书之日起60日内向株洲市人民政府申请行政复议，"
        "也可自收到本决定书之日起6个月内依法向有管辖权的人民法院提起行政诉讼。",
        help="写入暂停、移出、处理决定书。",
    ),
}
