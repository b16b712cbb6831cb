"""The code tables of domain.md §2 as first issued."""

from django.db import migrations

KINDS = [
    ("consulting", "咨询管理", "正文一处作“咨询规划”，同一代码"),
    ("testing", "检验检测", ""),
    ("shared-manufacturing", "共享制造", ""),
    ("property-exchange", "产权交易", ""),
    ("talent", "人才招引", ""),
    ("above-scale", "升规入统", ""),
    ("funding", "争资引项", ""),
    ("digital", "数智转型", ""),
    ("innovation", "技术创新", ""),
    ("listing", "上市辅导", ""),
]
# code, label, key of the round's target it counts toward, rung of the ladder
TIERS = [
    ("innovative", "创新型中小企业", "target_innovative", True),
    ("provincial", "省级专精特新中小企业", "target_provincial", True),
    ("giant", "国家级专精特新“小巨人”", "target_giant", True),
    ("key-giant", "国家重点专精特新“小巨人”", "target_key_giant", True),
    ("above-scale", "升规入统", "target_above_scale", False),
    ("champion", "国省单项冠军", "", True),
    ("national-champion", "国家级制造业单项冠军", "target_champion", True),
    ("provincial-champion", "省级制造业单项冠军", "", True),
    ("other", "其他", "", False),
]
CHAINS = [
    ("rail", "先进轨道交通装备"),
    ("aviation", "中小航空发动机与通用航空"),
    ("ceramics", "先进陶瓷与新型功能玻璃"),
    ("beidou", "信息技术与北斗应用"),
    ("power", "电力新能源与装备制造"),
    ("hard-materials", "先进硬质材料"),
    ("bio", "生物医药与大健康"),
    ("garments", "服饰"),
    ("agri", "绿色农产品加工"),
    ("polymers", "高分子新材料与精细化工"),
    ("steel", "智慧钢铁与现代物流"),
    ("environment", "节能环保与绿色装配式建筑"),
    ("creative", "文化旅游与创意包装"),
]


def fill(apps, schema_editor):
    """Write the three tables."""
    kind, tier, chain = (apps.get_model("codes", name) for name in ("ServiceKind", "Tier", "Chain"))
    kind.objects.bulk_create(
        kind(code=code, label=label, position=n, note=note) for n, (code, label, note) in enumerate(KINDS, 1)
    )
    tier.objects.bulk_create(
        tier(code=code, label=label, position=n, target_key=key, is_ladder=rung)
        for n, (code, label, key, rung) in enumerate(TIERS, 1)
    )
    chain.objects.bulk_create(
        chain(code=code, label=label, position=n, note="待核对") for n, (code, label) in enumerate(CHAINS, 1)
    )


def empty(apps, schema_editor):
    """Take them away again."""
    for name in ("ServiceKind", "Tier", "Chain"):
        apps.get_model("codes", name).objects.all().delete()


class Migration(migrations.Migration):
    """Fill the tables."""

    dependencies = [("codes", "0001_initial")]
    operations = [migrations.RunPython(fill, empty)]
