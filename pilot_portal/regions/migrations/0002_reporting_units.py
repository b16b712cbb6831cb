"""The reporting units of domain.md §1."""

from django.db import migrations

UNITS = [
    ("430211", "天元区", "天元"),
    ("430203", "芦淞区", "芦淞"),
    ("430202", "荷塘区", "荷塘"),
    ("430204", "石峰区", "石峰"),
    ("430212", "渌口区", "渌口"),
    ("430281", "醴陵市", "醴陵"),
    ("430223", "攸县", "攸县"),
    ("430224", "茶陵县", "茶陵"),
    ("430225", "炎陵县", "炎陵"),
    ("4302JK", "株洲经开区", "经开区"),
]


def fill(apps, schema_editor):
    """Write the ten units."""
    region = apps.get_model("regions", "Region")
    region.objects.bulk_create(
        region(code=code, name=name, short_name=short, department=f"{name}工信部门", position=position)
        for position, (code, name, short) in enumerate(UNITS, 1)
    )


def empty(apps, schema_editor):
    """Take them away again."""
    apps.get_model("regions", "Region").objects.filter(code__in=[unit[0] for unit in UNITS]).delete()


class Migration(migrations.Migration):
    """Fill the table."""

    dependencies = [("regions", "0001_initial")]
    operations = [migrations.RunPython(fill, empty)]
