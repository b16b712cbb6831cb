from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("demands", "0005_rows_of_imports")]

    operations = [migrations.RemoveField(model_name="importbatch", name="parsed")]
