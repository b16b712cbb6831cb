from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Who was not chosen may claim a demand that is published again."""

    dependencies = [
        ("matching", "0002_claim_drafts"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="claim", name="one_live_claim"),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                fields=["demand", "pilot"],
                name="one_live_claim",
                condition=Q(state__in=("DRAFT", "SUBMITTED", "SHORTLISTED", "FROZEN")),
            ),
        ),
    ]
