"""The database refuses to change or (PostgreSQL) delete an entry: the trail is append-only."""

from django.db import migrations

POSTGRESQL = [
    """
    CREATE FUNCTION workflow_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'workflow_entry is append-only'; END $$
    """,
    """
    CREATE TRIGGER workflow_entry_append_only BEFORE UPDATE OR DELETE ON workflow_entry
    FOR EACH ROW EXECUTE FUNCTION workflow_entry_append_only()
    """,
]
# SQLite: flushing a test database deletes rows, so only changes are refused there.
SQLITE = [
    """
    CREATE TRIGGER workflow_entry_append_only BEFORE UPDATE ON workflow_entry
    BEGIN SELECT RAISE(ABORT, 'workflow_entry is append-only'); END
    """,
]


def guard(apps, schema_editor):
    """Put the triggers in place."""
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    """Take them away again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER workflow_entry_append_only ON workflow_entry")
        schema_editor.execute("DROP FUNCTION workflow_entry_append_only()")
    else:
        schema_editor.execute("DROP TRIGGER workflow_entry_append_only")


class Migration(migrations.Migration):
    """Guard the trail."""

    dependencies = [("workflow", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
