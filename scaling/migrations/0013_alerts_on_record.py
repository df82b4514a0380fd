import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from programmes import trails


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0008_what_changed_since'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('programmes', '0010_what_stands_beside'),
        ('scaling', '0012_exports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AlertEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('rule', models.SlugField(db_index=False, max_length=60)),
                ('severity', models.CharField(choices=[('watch', 'watch'), ('alert', 'alert'), ('high', 'high')], max_length=10)),
                ('figures', models.JSONField(default=dict)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.TextField(blank=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "scaling_alertevent" ("acknowledged_at", "acknowledged_by_id", "closed_at", "figures", "id", "note", "opened_at", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "rule", "severity") SELECT new_values."acknowledged_at", new_values."acknowledged_by_id", new_values."closed_at", new_values."figures", new_values."id", new_values."note", new_values."opened_at", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."programme_id", new_values."rule", new_values."severity" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6b95c508c89469df50b4aa1d79188b03bb99c6ee', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_062a4', referencing='REFERENCING NEW TABLE AS new_values ', table='scaling_alert', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "scaling_alertevent" ("acknowledged_at", "acknowledged_by_id", "closed_at", "figures", "id", "note", "opened_at", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "rule", "severity") SELECT new_values."acknowledged_at", new_values."acknowledged_by_id", new_values."closed_at", new_values."figures", new_values."id", new_values."note", new_values."opened_at", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."programme_id", new_values."rule", new_values."severity" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d7cde2708aa4d9e20d12ea30a9eadb200359ae1a', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_23bd9', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='scaling_alert', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "scaling_alertevent" ("acknowledged_at", "acknowledged_by_id", "closed_at", "figures", "id", "note", "opened_at", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "rule", "severity") SELECT old_values."acknowledged_at", old_values."acknowledged_by_id", old_values."closed_at", old_values."figures", old_values."id", old_values."note", old_values."opened_at", old_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."programme_id", old_values."rule", old_values."severity" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='5dd79c9fd1131851f45ae9c0d0d5cc1c7f94b21a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_09b94', referencing='REFERENCING OLD TABLE AS old_values ', table='scaling_alert', when='AFTER')),
        ),
        migrations.AddField(
            model_name='alertevent',
            name='acknowledged_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='alertevent',
            name='organization',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organizations.organization'),
        ),
        migrations.AddField(
            model_name='alertevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='alertevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scaling.alert'),
        ),
        migrations.AddField(
            model_name='alertevent',
            name='programme',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.programme'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alertevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ec636bb535cc179a98fae9621f81a719d781458b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f0f5e', table='scaling_alertevent', when='BEFORE')),
        ),
        trails.Begin('scaling', 'Alert'),
    ]
