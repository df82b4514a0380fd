"""Alerts in the order in which they are listed, and agreements counted with a round: rounds that were computed before
wait to be computed again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


FILL = """
    UPDATE scaling_alert a SET weight = w.weight FROM (
        SELECT programme_id, organization_id,
               sum(CASE severity WHEN 'high' THEN 3 WHEN 'alert' THEN 2 ELSE 1 END) AS weight
        FROM scaling_alert WHERE closed_at IS NULL AND organization_id IS NOT NULL GROUP BY 1, 2
    ) w WHERE a.closed_at IS NULL AND a.programme_id = w.programme_id AND a.organization_id = w.organization_id
"""


def mark(apps, schema_editor):
    rounds = apps.get_model("scaling", "RoundLayout").objects.values_list("pk", flat=True)
    marks = apps.get_model("scaling", "DirtyMark")
    marks.objects.bulk_create([marks(kind="round", object_id=pk) for pk in rounds], batch_size=1000)


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0015_what_changed_since'),
        ('organizations', '0009_order_of_linkages'),
        ('programmes', '0009_what_changed_since'),
        ('scaling', '0012_exports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LinkageTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('tier', models.CharField(max_length=30)),
                ('partner', models.CharField(blank=True, max_length=30)),
                ('facts', models.JSONField()),
            ],
            options={
                'verbose_name': 'total of agreements',
                'verbose_name_plural': 'totals of agreements',
            },
        ),
        migrations.AddField(
            model_name='alert',
            name='weight',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(models.F('programme'), models.F('rule'), models.Case(models.When(severity='high', then=models.Value(0)), models.When(severity='alert', then=models.Value(1)), default=models.Value(2)), models.Case(models.When(acknowledged_at__isnull=True, then=models.Value(0)), default=models.Value(1)), models.OrderBy(models.F('opened_at'), descending=True), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='alert_open_in_order'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(models.F('programme'), models.OrderBy(models.F('weight'), descending=True), models.F('organization'), condition=models.Q(('closed_at__isnull', True), ('organization__isnull', False)), name='alert_open_by_weight'),
        ),
        migrations.AddField(
            model_name='linkagetotal',
            name='place',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='programmes.place'),
        ),
        migrations.AddField(
            model_name='linkagetotal',
            name='round',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='indicators.round'),
        ),
        migrations.AddConstraint(
            model_name='linkagetotal',
            constraint=models.UniqueConstraint(fields=('round', 'place', 'kind', 'tier', 'partner'), name='linkage_total_once', nulls_distinct=False),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
