"""Cells count moves from stage to stage: rounds that were computed before wait to be computed again."""

from django.db import migrations


def mark(apps, schema_editor):
    rounds = apps.get_model("scaling", "RoundLayout").objects.values_list("pk", flat=True)
    marks = apps.get_model("scaling", "DirtyMark")
    marks.objects.bulk_create([marks(kind="round", object_id=pk) for pk in rounds], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("scaling", "0008_api_writes")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
