"""Alerts in the order in which they are listed, and agreements counted with a round: rounds that were computed before
wait to be computed again."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
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
        ('scaling', '0013_alerts_on_record'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='alert',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='alert',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='alert',
            name='delete_delete',
        ),
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
        migrations.AddField(
            model_name='alertevent',
            name='weight',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "scaling_alertevent" ("acknowledged_at", "acknowledged_by_id", "closed_at", "figures", "id", "note", "opened_at", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "rule", "severity", "weight") SELECT new_values."acknowledged_at", new_values."acknowledged_by_id", new_values."closed_at", new_values."figures", new_values."id", new_values."note", new_values."opened_at", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."programme_id", new_values."rule", new_values."severity", new_values."weight" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='5608544682bd302be7d2d5dd0b813f3b82ce75fe', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_062a4', referencing='REFERENCING NEW TABLE AS new_values ', table='scaling_alert', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "scaling_alertevent" ("acknowledged_at", "acknowledged_by_id", "closed_at", "figures", "id", "note", "opened_at", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "rule", "severity", "weight") SELECT new_values."acknowledged_at", new_values."acknowledged_by_id", new_values."closed_at", new_values."figures", new_values."id", new_values."note", new_values."opened_at", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."programme_id", new_values."rule", new_values."severity", new_values."weight" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0d52eabc5b616251e2b67bde4e016282c0087229', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_23bd9', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='scaling_alert', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "scaling_alertevent" ("acknowledged_at", "acknowledged_by_id", "closed_at", "figures", "id", "note", "opened_at", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "rule", "severity", "weight") SELECT old_values."acknowledged_at", old_values."acknowledged_by_id", old_values."closed_at", old_values."figures", old_values."id", old_values."note", old_values."opened_at", old_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."programme_id", old_values."rule", old_values."severity", old_values."weight" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='7f42581bc86906418fa678389374d8d97f2eced0', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_09b94', referencing='REFERENCING OLD TABLE AS old_values ', table='scaling_alert', when='AFTER')),
        ),
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
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
