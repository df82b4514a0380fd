"""Cells of all levels, with positions; what was computed before is computed again in the new shape."""

from django.db import migrations, models
from django.db.models import Q


def compute_again(apps, schema_editor):
    apps.get_model("scaling", "Cell").objects.all().delete()
    apps.get_model("scaling", "FederationTotal").objects.all().delete()
    mark = apps.get_model("scaling", "DirtyMark")
    rounds = apps.get_model("indicators", "Round").objects.values_list("pk", flat=True)
    mark.objects.bulk_create([mark(kind="round", object_id=pk) for pk in rounds])


class Migration(migrations.Migration):
    dependencies = [
        ("scaling", "0003_thresholds"),
        ("indicators", "0013_own_history"),
    ]

    operations = [
        migrations.AddField("cell", "within", models.BooleanField(default=False)),
        migrations.AddField("cell", "positions", models.JSONField(default=list)),
        migrations.RemoveConstraint("cell", "cell_once"),
        migrations.AddConstraint(
            "cell",
            models.UniqueConstraint(fields=["round", "place", "kind", "tier", "within"], name="cell_once"),
        ),
        migrations.AddConstraint(
            "cell",
            models.CheckConstraint(
                condition=Q(positions=[]) | (Q(within=False) & ~Q(kind="") & ~Q(tier="")),
                name="cell_positions_of_a_leaf",
            ),
        ),
        migrations.AddField("federationtotal", "depth", models.PositiveIntegerField(default=0)),
        migrations.AddField("federationtotal", "span", models.PositiveIntegerField(default=0)),
        migrations.AddField("federationtotal", "is_cut", models.BooleanField(default=False)),
        migrations.AddField("dirtymark", "organization_id", models.BigIntegerField(blank=True, null=True)),
        migrations.RunPython(compute_again, migrations.RunPython.noop, elidable=True),
    ]
