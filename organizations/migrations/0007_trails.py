import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from programmes import trails


class Migration(migrations.Migration):

    dependencies = [
        ('programmes', '0006_trails'),
        ('organizations', '0006_metrics_of_organizations'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='BondingCheckEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('on', models.DateField(verbose_name='on')),
                ('is_bonded', models.BooleanField(default=True, verbose_name='bonded')),
                ('source', models.CharField(max_length=200, verbose_name='who says so')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PersonMembershipEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('valid', django.contrib.postgres.fields.ranges.DateRangeField(verbose_name='valid')),
                ('exit_reason', models.CharField(blank=True, max_length=200, verbose_name='reason for leaving')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='apexmembership',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='apexmembership',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='apexmembership',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='intervention',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='intervention',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='intervention',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='interventionorganization',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='interventionorganization',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='interventionorganization',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='linkage',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='linkage',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='linkage',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='linkagetransaction',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='linkagetransaction',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='linkagetransaction',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='office',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='office',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='office',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='organization',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='organization',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='organization',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='organizationstatus',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='organizationstatus',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='organizationstatus',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='programmeenrolment',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='programmeenrolment',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='programmeenrolment',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='service',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='service',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='service',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='succession',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='succession',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='succession',
            name='delete_delete',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apexmembership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_apexmembershipevent" ("apex_id", "exit_reason", "fee_paid_until", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profession", "role", "valid") SELECT new_values."apex_id", new_values."exit_reason", new_values."fee_paid_until", new_values."id", new_values."member_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."profession", new_values."role", new_values."valid" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='49fc07a58c53b8428f116e317b9509861771b1a6', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_5a664', referencing='REFERENCING NEW TABLE AS new_values ', table='organizations_apexmembership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apexmembership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_apexmembershipevent" ("apex_id", "exit_reason", "fee_paid_until", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profession", "role", "valid") SELECT new_values."apex_id", new_values."exit_reason", new_values."fee_paid_until", new_values."id", new_values."member_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."profession", new_values."role", new_values."valid" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='7a7df8b24a77a07891232724c37fe2079231ade0', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_df74f', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='organizations_apexmembership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apexmembership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_apexmembershipevent" ("apex_id", "exit_reason", "fee_paid_until", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profession", "role", "valid") SELECT old_values."apex_id", old_values."exit_reason", old_values."fee_paid_until", old_values."id", old_values."member_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."profession", old_values."role", old_values."valid" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='0b8a257e86c7e2b87d8eef0f878a4ef50533c157', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_8510b', referencing='REFERENCING OLD TABLE AS old_values ', table='organizations_apexmembership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bondingcheck',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_bondingcheckevent" ("id", "is_bonded", "on", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") SELECT new_values."id", new_values."is_bonded", new_values."on", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."source" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d17fe1ec04f401d2c08f64ff6d8edf5305765bbf', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_fa055', referencing='REFERENCING NEW TABLE AS new_values ', table='organizations_bondingcheck', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bondingcheck',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_bondingcheckevent" ("id", "is_bonded", "on", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") SELECT new_values."id", new_values."is_bonded", new_values."on", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."source" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0e232b131357cbc5b4bf610e35957b58f7aa9cd1', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_a7905', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='organizations_bondingcheck', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bondingcheck',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_bondingcheckevent" ("id", "is_bonded", "on", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") SELECT old_values."id", old_values."is_bonded", old_values."on", old_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."source" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='7ac952b91a654d2090c75153fd54789ce36e0523', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_8ef65', referencing='REFERENCING OLD TABLE AS old_values ', table='organizations_bondingcheck', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='intervention',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_interventionevent" ("cost", "currency", "id", "method", "participants", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase_id", "provider_id", "purpose", "topic", "valid", "women") SELECT new_values."cost", new_values."currency", new_values."id", new_values."method", new_values."participants", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."phase_id", new_values."provider_id", new_values."purpose", new_values."topic", new_values."valid", new_values."women" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='76e48b43f84957b8a0c125073d9dac88c7af9e71', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_4a61d', referencing='REFERENCING NEW TABLE AS new_values ', table='organizations_intervention', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='intervention',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_interventionevent" ("cost", "currency", "id", "method", "participants", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase_id", "provider_id", "purpose", "topic", "valid", "women") SELECT new_values."cost", new_values."currency", new_values."id", new_values."method", new_values."participants", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."phase_id", new_values."provider_id", new_values."purpose", new_values."topic", new_values."valid", new_values."women" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9d3408f4380074ce50ad38d995c2209d9d20ac35', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_86fca', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='organizations_intervention', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='intervention',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_interventionevent" ("cost", "currency", "id", "method", "participants", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase_id", "provider_id", "purpose", "topic", "valid", "women") SELECT old_values."cost", old_values."currency", old_values."id", old_values."method", old_values."participants", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."phase_id", old_values."provider_id", old_values."purpose", old_values."topic", old_values."valid", old_values."women" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='ce37360295f73a7ba4b0648aa838bfc14d17c81b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_644dd', referencing='REFERENCING OLD TABLE AS old_values ', table='organizations_intervention', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='interventionorganization',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_interventionorganizationevent" ("id", "intervention_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."id", new_values."intervention_id", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0a694b396a529a9e09af0311b70668bfb9681714', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_4c21c', referencing='REFERENCING NEW TABLE AS new_values ', table='organizations_interventionorganization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='interventionorganization',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_interventionorganizationevent" ("id", "intervention_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."id", new_values."intervention_id", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f248411ae5a71f1cd7852010531c56b476ef91d8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_727c4', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='organizations_interventionorganization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='interventionorganization',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_interventionorganizationevent" ("id", "intervention_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."id", old_values."intervention_id", old_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='e8d6bcc3ce8c0e94b8f1c82e2daad35e7198d721', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_9fd4e', referencing='REFERENCING OLD TABLE AS old_values ', table='organizations_interventionorganization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='linkage',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_linkageevent" ("brokered_by_id", "causality", "covers", "currency", "form", "id", "kind", "organization_id", "partner_id", "partner_organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "renewals", "signed_on", "status", "valid", "value", "volume", "volume_unit") SELECT new_values."brokered_by_id", new_values."causality", new_values."covers", new_values."currency", new_values."form", new_values."id", new_values."kind", new_values."organization_id", new_values."partner_id", new_values."partner_organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."reference", new_values."renewals", new_values."signed_on", new_values."status", new_values."valid", new_values."value", new_values."volume", new_values."volume_unit" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='695cc05afcc2e661be8cb1f4f58d05466331affb', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_a3635', referencing='REFERENCING NEW TABLE AS new_values ', table='organizations_linkage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='linkage',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_linkageevent" ("brokered_by_id", "causality", "covers", "currency", "form", "id", "kind", "organization_id", "partner_id", "partner_organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "renewals", "signed_on", "status", "valid", "value", "volume", "volume_unit") SELECT new_values."brokered_by_id", new_values."causality", new_values."covers", new_values."currency", new_values."form", new_values."id", new_values."kind", new_values."organization_id", new_values."partner_id", new_values."partner_organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."reference", new_values."renewals", new_values."signed_on", new_values."status", new_values."valid", new_values."value", new_values."volume", new_values."volume_unit" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='78f1104d554ea61ef3e39da29afc6661745e381e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_629f4', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='organizations_linkage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='linkage',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_linkageevent" ("brokered_by_id", "causality", "covers", "currency", "form", "id", "kind", "organization_id", "partner_id", "partner_organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "renewals", "signed_on", "status", "valid", "value", "volume", "volume_unit") SELECT old_values."brokered_by_id", old_values."causality", old_values."covers", old_values."currency", old_values."form", old_values."id", old_values."kind", old_values."organization_id", old_values."partner_id", old_values."partner_organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."reference", old_values."renewals", old_values."signed_on", old_values."status", old_values."valid", old_values."value", old_values."volume", old_values."volume_unit" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='a5f98ce8e82631e2df76ee9324c12838517c967f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_a706f', referencing='REFERENCING OLD TABLE AS old_values ', table='organizations_linkage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='linkagetransaction',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_linkagetransactionevent" ("amount", "currency", "date", "id", "linkage_id", "passed_on_to_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type") SELECT new_values."amount", new_values."currency", new_values."date", new_values."id", new_values."linkage_id", new_values."passed_on_to_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."type" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='c6906839ba151db6928e16973a0e86f6b4da2841', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_c7371', referencing='REFERENCING NEW TABLE AS new_values ', table='organizations_linkagetransaction', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='linkagetransaction',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_linkagetransactionevent" ("amount", "currency", "date", "id", "linkage_id", "passed_on_to_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type") SELECT new_values."amount", new_values."currency", new_values."date", new_values."id", new_values."linkage_id", new_values."passed_on_to_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."type" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."amount" IS DISTINCT FROM (new_values."amount") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."date" IS DISTINCT FROM (new_values."date") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."linkage_id" IS DISTINCT FROM (new_values."linkage_id") OR old_values."passed_on_to_id" IS DISTINCT FROM (new_values."passed_on_to_id") OR old_values."type" IS DISTINCT FROM (new_values."type")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f0a854665b5515a05de557e03f0363c7136d0cf7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_c2261', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='organizations_linkagetransaction', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='linkagetransaction',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_linkagetransactionevent" ("amount", "currency", "date", "id", "linkage_id", "passed_on_to_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type") SELECT old_values."amount", old_values."currency", old_values."date", old_values."id", old_values."linkage_id", old_values."passed_on_to_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."type" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='20552bb8519331b05128a8f18ffa520efd833074', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_cb346', referencing='REFERENCING OLD TABLE AS old_values ', table='organizations_linkagetransaction', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='office',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_officeevent" ("id", "is_elected", "organization_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "valid") SELECT new_values."id", new_values."is_elected", new_values."organization_id", new_values."person_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."title", new_values."valid" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='25354041e9a13fb79c74214632a0dc567f0f1e31', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_e660b', referencing='REFERENCING NEW TABLE AS new_values ', table='organizations_office', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='office',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_officeevent" ("id", "is_elected", "organization_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "valid") SELECT new_values."id", new_values."is_elected", new_values."organization_id", new_values."person_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."title", new_values."valid" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='c5f41e1552e98b2f3e2e5f229cbc965981944000', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_1c813', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='organizations_office', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='office',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_officeevent" ("id", "is_elected", "organization_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "valid") SELECT old_values."id", old_values."is_elected", old_values."organization_id", old_values."person_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."title", old_values."valid" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='5d5884a9497c3b177db11b1a57e0c80394c751e1', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_bcbd2', referencing='REFERENCING OLD TABLE AS old_values ', table='organizations_office', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_organizationevent" ("code", "commodities", "country_id", "formed_on", "formed_precision", "id", "is_synthetic", "kind", "livelihood", "members_are", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "promoter", "registered_on", "registration_law", "registration_number", "tier", "version") SELECT new_values."code", new_values."commodities", new_values."country_id", new_values."formed_on", new_values."formed_precision", new_values."id", new_values."is_synthetic", new_values."kind", new_values."livelihood", new_values."members_are", new_values."name", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."place_id", new_values."promoter", new_values."registered_on", new_values."registration_law", new_values."registration_number", new_values."tier", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d0ea6e9f88eefb53e1c045ca3e5a63195d545bef', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_5a753', referencing='REFERENCING NEW TABLE AS new_values ', table='organizations_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_organizationevent" ("code", "commodities", "country_id", "formed_on", "formed_precision", "id", "is_synthetic", "kind", "livelihood", "members_are", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "promoter", "registered_on", "registration_law", "registration_number", "tier", "version") SELECT new_values."code", new_values."commodities", new_values."country_id", new_values."formed_on", new_values."formed_precision", new_values."id", new_values."is_synthetic", new_values."kind", new_values."livelihood", new_values."members_are", new_values."name", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."place_id", new_values."promoter", new_values."registered_on", new_values."registration_law", new_values."registration_number", new_values."tier", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='8cbc04fe2650783c12fe5aff0f616257f55b2bb7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_73a92', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='organizations_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_organizationevent" ("code", "commodities", "country_id", "formed_on", "formed_precision", "id", "is_synthetic", "kind", "livelihood", "members_are", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "promoter", "registered_on", "registration_law", "registration_number", "tier", "version") SELECT old_values."code", old_values."commodities", old_values."country_id", old_values."formed_on", old_values."formed_precision", old_values."id", old_values."is_synthetic", old_values."kind", old_values."livelihood", old_values."members_are", old_values."name", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."place_id", old_values."promoter", old_values."registered_on", old_values."registration_law", old_values."registration_number", old_values."tier", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='63539e80830d768440e646110a3f800a63f28397', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_84ac6', referencing='REFERENCING OLD TABLE AS old_values ', table='organizations_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organizationstatus',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_organizationstatusevent" ("evidence", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "status", "valid", "verified_on") SELECT new_values."evidence", new_values."id", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."reason", new_values."status", new_values."valid", new_values."verified_on" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e6aca73461628b28756fd0ea223311269c75c7cd', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_290e0', referencing='REFERENCING NEW TABLE AS new_values ', table='organizations_organizationstatus', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organizationstatus',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_organizationstatusevent" ("evidence", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "status", "valid", "verified_on") SELECT new_values."evidence", new_values."id", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."reason", new_values."status", new_values."valid", new_values."verified_on" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='76dcd5e3337bf592583439a938ffd08f4cc5fa67', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_01d9f', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='organizations_organizationstatus', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organizationstatus',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_organizationstatusevent" ("evidence", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "status", "valid", "verified_on") SELECT old_values."evidence", old_values."id", old_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."reason", old_values."status", old_values."valid", old_values."verified_on" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='e43fd356e7f002902faa156fd4881af8d8e41fe0', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_92755', referencing='REFERENCING OLD TABLE AS old_values ', table='organizations_organizationstatus', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personmembership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_personmembershipevent" ("exit_reason", "id", "organization_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid") SELECT new_values."exit_reason", new_values."id", new_values."organization_id", new_values."person_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."valid" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='560113de26be64f3c82815a4da965fc826e75fe5', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_1e505', referencing='REFERENCING NEW TABLE AS new_values ', table='organizations_personmembership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personmembership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_personmembershipevent" ("exit_reason", "id", "organization_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid") SELECT new_values."exit_reason", new_values."id", new_values."organization_id", new_values."person_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."valid" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='095a7759451d0785240ebd4dcd2f8e24db684e48', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_738cd', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='organizations_personmembership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personmembership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_personmembershipevent" ("exit_reason", "id", "organization_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid") SELECT old_values."exit_reason", old_values."id", old_values."organization_id", old_values."person_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."valid" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='b8c78b5323eda94457be5f674800abc18775b9f5', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_6a9b4', referencing='REFERENCING OLD TABLE AS old_values ', table='organizations_personmembership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programmeenrolment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_programmeenrolmentevent" ("id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "valid") SELECT new_values."id", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."programme_id", new_values."valid" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='554bff2bd4ce33131b2eeb568fe13bfd432b6448', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_cf365', referencing='REFERENCING NEW TABLE AS new_values ', table='organizations_programmeenrolment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programmeenrolment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_programmeenrolmentevent" ("id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "valid") SELECT new_values."id", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."programme_id", new_values."valid" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='a2ea26dbfcc1c39702a8b50053efb397aee16994', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_f2f56', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='organizations_programmeenrolment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programmeenrolment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_programmeenrolmentevent" ("id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "valid") SELECT old_values."id", old_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."programme_id", old_values."valid" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='cd769d77878af5323ec9c345b7dc79de8cf0d726', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_3af2b', referencing='REFERENCING OLD TABLE AS old_values ', table='organizations_programmeenrolment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='service',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_serviceevent" ("id", "kind", "organization_id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "valid") SELECT new_values."id", new_values."kind", new_values."organization_id", new_values."partner_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."provider", new_values."valid" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='2d8a366050b232c0700e224cad6e3ec24bc1ff16', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_e7a29', referencing='REFERENCING NEW TABLE AS new_values ', table='organizations_service', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='service',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_serviceevent" ("id", "kind", "organization_id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "valid") SELECT new_values."id", new_values."kind", new_values."organization_id", new_values."partner_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."provider", new_values."valid" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='2617c0ee7e391b7699512cac3f4b03f667b93b95', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_1a7da', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='organizations_service', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='service',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_serviceevent" ("id", "kind", "organization_id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "valid") SELECT old_values."id", old_values."kind", old_values."organization_id", old_values."partner_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."provider", old_values."valid" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='fe0fbcb7d33ab87ad4bd1abeb2705f626c5014c1', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_037db', referencing='REFERENCING OLD TABLE AS old_values ', table='organizations_service', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='succession',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_successionevent" ("id", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "predecessor_id", "successor_id") SELECT new_values."id", new_values."on", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."predecessor_id", new_values."successor_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e8282e7ddb51e86d5ee7cdbf3e8e5df175ed9429', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_94e39', referencing='REFERENCING NEW TABLE AS new_values ', table='organizations_succession', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='succession',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_successionevent" ("id", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "predecessor_id", "successor_id") SELECT new_values."id", new_values."on", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."predecessor_id", new_values."successor_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='97f29545348c71d71c29de0817f8d453da9dc6f6', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_a3f86', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='organizations_succession', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='succession',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "organizations_successionevent" ("id", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "predecessor_id", "successor_id") SELECT old_values."id", old_values."on", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."predecessor_id", old_values."successor_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='98331e6a87f2ee511a030c7f1b18f7983dc08d5f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_5961c', referencing='REFERENCING OLD TABLE AS old_values ', table='organizations_succession', when='AFTER')),
        ),
        migrations.AddField(
            model_name='bondingcheckevent',
            name='organization',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organizations.organization', verbose_name='organization'),
        ),
        migrations.AddField(
            model_name='bondingcheckevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='bondingcheckevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='organizations.bondingcheck'),
        ),
        migrations.AddField(
            model_name='personmembershipevent',
            name='organization',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organizations.organization', verbose_name='organization'),
        ),
        migrations.AddField(
            model_name='personmembershipevent',
            name='person',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organizations.person', verbose_name='person'),
        ),
        migrations.AddField(
            model_name='personmembershipevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='personmembershipevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='organizations.personmembership'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bondingcheckevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f79da5f96b4c76cf468009d1809910e48ecc4cbf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9bb70', table='organizations_bondingcheckevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personmembershipevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f63ea8cdcabfa123a3db12c277676bef866c67be', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_05bde', table='organizations_personmembershipevent', when='BEFORE')),
        ),
        trails.Begin(
            'organizations',
            'Organization',
            'ProgrammeEnrolment',
            'OrganizationStatus',
            'Succession',
            'BondingCheck',
            'ApexMembership',
            'Linkage',
            'LinkageTransaction',
            'Service',
            'Intervention',
            'InterventionOrganization',
            'PersonMembership',
        ),
    ]
