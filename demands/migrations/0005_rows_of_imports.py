"""The rows of imports move from one JSON a workbook into a table."""

from django.db import migrations


def rows_out(apps, schema_editor):
    ImportBatch = apps.get_model("demands", "ImportBatch")
    ImportRow = apps.get_model("demands", "ImportRow")
    for batch in ImportBatch.objects.order_by("pk").iterator(chunk_size=50):
        parsed = batch.parsed or {}
        rows = []
        for sheet in parsed.get("sheets", []):
            for row in sheet["rows"]:
                level = "doubt" if row["warn"] else "good"
                if not row["company"] or not row["services"]:
                    level = "wrong"
                rows.append(
                    ImportRow(
                        batch=batch,
                        ordinal=len(rows) + 1,
                        sheet=sheet["name"][:80],
                        row=row["row"],
                        data=row,
                        level=level,
                        reasons=row.get("notes", []),
                        is_taken=batch.status == "COMMITTED" and level != "wrong",
                    )
                )
        ImportRow.objects.bulk_create(rows, batch_size=500)
        batch.unit = str(parsed.get("unit") or "")[:160]
        batch.notes = parsed.get("notes", [])
        batch.rows_doubtful = sum(row.level == "doubt" for row in rows)
        batch.rows_wrong = sum(row.level == "wrong" for row in rows)
        batch.save(update_fields=["unit", "notes", "rows_doubtful", "rows_wrong"])


def rows_back(apps, schema_editor):
    ImportBatch = apps.get_model("demands", "ImportBatch")
    ImportRow = apps.get_model("demands", "ImportRow")
    for batch in ImportBatch.objects.order_by("pk").iterator(chunk_size=50):
        sheets = {}
        for row in ImportRow.objects.filter(batch=batch).order_by("ordinal").iterator(chunk_size=500):
            sheets.setdefault(row.sheet, []).append(row.data)
        batch.parsed = {
            "unit": batch.unit or None,
            "error": batch.error or None,
            "notes": batch.notes,
            "sheets": [{"name": name, "rows": rows} for name, rows in sheets.items()],
        }
        batch.save(update_fields=["parsed"])


class Migration(migrations.Migration):
    dependencies = [("demands", "0004_library_imports_questions")]

    operations = [migrations.RunPython(rows_out, rows_back)]
