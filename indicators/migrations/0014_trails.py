import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from programmes import trails


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0013_own_history'),
        ('organizations', '0007_trails'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('programmes', '0006_trails'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IndicatorEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=40, verbose_name='code')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OverlapSampleEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(blank=True, max_length=30, verbose_name='kind')),
                ('asked', models.PositiveIntegerField(verbose_name='members asked')),
                ('in_another', models.PositiveIntegerField(verbose_name='members of another organization too')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PhaseResultCorrectionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('documented', 'documented'), ('hypothesis', 'hypothesis')], max_length=20, verbose_name='kind')),
                ('value', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='corrected value')),
                ('basis', models.CharField(blank=True, choices=[('per_period', 'per period'), ('cumulative', 'cumulative'), ('stock', 'at a date'), ('not_stated', 'not stated by the source')], max_length=20, verbose_name='corrected basis')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('url', models.URLField(blank=True, max_length=400, verbose_name='link')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded')),
                ('superseded_at', models.DateTimeField(blank=True, null=True, verbose_name='superseded')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PhaseResultEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('subcategory', models.SlugField(blank=True, db_index=False, max_length=40, verbose_name='subcategory')),
                ('value', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='value as reported')),
                ('null_reason', models.CharField(blank=True, choices=[('NOT_REPORTED', 'not reported'), ('NOT_APPLICABLE', 'not applicable'), ('NOT_SURVEYED', 'not surveyed'), ('REFUSED', 'refused'), ('MISSING_BASELINE', 'no baseline'), ('ZERO_BASELINE', 'baseline is zero'), ('UNIT_MISMATCH', 'units differ'), ('BASIS_MISMATCH', 'bases differ'), ('SUPPRESSED_SMALL_N', 'too few to show'), ('NO_RATE', 'no exchange rate')], max_length=20, verbose_name='why there is no value')),
                ('qualifier', models.CharField(choices=[('exact', 'exact'), ('at_least', 'at least'), ('at_most', 'at most'), ('more_than', 'more than')], default='exact', max_length=20, verbose_name='meant as')),
                ('unit', models.CharField(max_length=60, verbose_name='unit')),
                ('basis', models.CharField(choices=[('per_period', 'per period'), ('cumulative', 'cumulative'), ('stock', 'at a date'), ('not_stated', 'not stated by the source')], max_length=20, verbose_name='basis')),
                ('as_printed', models.CharField(blank=True, max_length=100, verbose_name='as printed')),
                ('label_as_printed', models.CharField(blank=True, max_length=200, verbose_name='label as printed')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RoundDueEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('is_due', models.BooleanField(verbose_name='due')),
                ('reason', models.CharField(choices=[('due', 'due'), ('too_young', 'formed less than six months before'), ('ended', 'ended before; exit form'), ('forming', 'still forming'), ('has_baseline', 'has its own baseline already')], max_length=20, verbose_name='reason')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ScaleItemEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('dimension', models.CharField(max_length=60, verbose_name='dimension')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('means_of_verification', models.TextField(blank=True, verbose_name='how to verify')),
                ('translations', models.JSONField(blank=True, default=dict, verbose_name='translations')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='return',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='return',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='return',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='round',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='round',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='secondassessment',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='secondassessment',
            name='update_update',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='indicator',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_indicatorevent" ("code", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."code", new_values."id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d536b5312ee5fada59c1c66b525e0cc96e67e2ef', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_6ab67', referencing='REFERENCING NEW TABLE AS new_values ', table='indicators_indicator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='indicator',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_indicatorevent" ("code", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."code", new_values."id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."id" IS DISTINCT FROM (new_values."id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0fd5f9466600f5b9ca0625a012f4658420021b40', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_4281e', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='indicators_indicator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='indicator',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_indicatorevent" ("code", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."code", old_values."id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='5026a5386f2c9d863b32fd5c0f6613287e8e0330', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_f068f', referencing='REFERENCING OLD TABLE AS old_values ', table='indicators_indicator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='overlapsample',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_overlapsampleevent" ("asked", "id", "in_another", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "round_id") SELECT new_values."asked", new_values."id", new_values."in_another", new_values."kind", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."place_id", new_values."round_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b3b1fcd2be046658a51d6e98da79a9164b21ef0b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_86699', referencing='REFERENCING NEW TABLE AS new_values ', table='indicators_overlapsample', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='overlapsample',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_overlapsampleevent" ("asked", "id", "in_another", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "round_id") SELECT new_values."asked", new_values."id", new_values."in_another", new_values."kind", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."place_id", new_values."round_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b61277d21721715e6c590a2da1fc4126afb4941e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_7845c', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='indicators_overlapsample', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='overlapsample',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_overlapsampleevent" ("asked", "id", "in_another", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "round_id") SELECT old_values."asked", old_values."id", old_values."in_another", old_values."kind", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."place_id", old_values."round_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='98203620651afe5e0c2367fb22f1ac9999b65b6f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_cd625', referencing='REFERENCING OLD TABLE AS old_values ', table='indicators_overlapsample', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phaseresult',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_phaseresultevent" ("as_printed", "basis", "id", "indicator_id", "label_as_printed", "note", "null_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase_id", "place_id", "programme_id", "qualifier", "source", "subcategory", "unit", "value") SELECT new_values."as_printed", new_values."basis", new_values."id", new_values."indicator_id", new_values."label_as_printed", new_values."note", new_values."null_reason", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."phase_id", new_values."place_id", new_values."programme_id", new_values."qualifier", new_values."source", new_values."subcategory", new_values."unit", new_values."value" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0398086502065092003e44744d1c932b801b323c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_d52cb', referencing='REFERENCING NEW TABLE AS new_values ', table='indicators_phaseresult', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phaseresult',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_phaseresultevent" ("as_printed", "basis", "id", "indicator_id", "label_as_printed", "note", "null_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase_id", "place_id", "programme_id", "qualifier", "source", "subcategory", "unit", "value") SELECT new_values."as_printed", new_values."basis", new_values."id", new_values."indicator_id", new_values."label_as_printed", new_values."note", new_values."null_reason", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."phase_id", new_values."place_id", new_values."programme_id", new_values."qualifier", new_values."source", new_values."subcategory", new_values."unit", new_values."value" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='7818ec89f467d56deb4894fd940e390140630825', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_0be64', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='indicators_phaseresult', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phaseresult',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_phaseresultevent" ("as_printed", "basis", "id", "indicator_id", "label_as_printed", "note", "null_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase_id", "place_id", "programme_id", "qualifier", "source", "subcategory", "unit", "value") SELECT old_values."as_printed", old_values."basis", old_values."id", old_values."indicator_id", old_values."label_as_printed", old_values."note", old_values."null_reason", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."phase_id", old_values."place_id", old_values."programme_id", old_values."qualifier", old_values."source", old_values."subcategory", old_values."unit", old_values."value" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='103a1bbe01b4cffb2de1b565444b8438ba5a74f4', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_3b9be', referencing='REFERENCING OLD TABLE AS old_values ', table='indicators_phaseresult', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phaseresultcorrection',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_phaseresultcorrectionevent" ("author_id", "basis", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "result_id", "source", "superseded_at", "url", "value") SELECT new_values."author_id", new_values."basis", new_values."id", new_values."kind", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."reason", new_values."recorded_at", new_values."result_id", new_values."source", new_values."superseded_at", new_values."url", new_values."value" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='2f2743ed182759c096f745e769fdd69b404f4783', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_81735', referencing='REFERENCING NEW TABLE AS new_values ', table='indicators_phaseresultcorrection', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phaseresultcorrection',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_phaseresultcorrectionevent" ("author_id", "basis", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "result_id", "source", "superseded_at", "url", "value") SELECT new_values."author_id", new_values."basis", new_values."id", new_values."kind", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."reason", new_values."recorded_at", new_values."result_id", new_values."source", new_values."superseded_at", new_values."url", new_values."value" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='596e7270960bdaee30adea21376c4d6364362968', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_91127', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='indicators_phaseresultcorrection', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phaseresultcorrection',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_phaseresultcorrectionevent" ("author_id", "basis", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "result_id", "source", "superseded_at", "url", "value") SELECT old_values."author_id", old_values."basis", old_values."id", old_values."kind", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."reason", old_values."recorded_at", old_values."result_id", old_values."source", old_values."superseded_at", old_values."url", old_values."value" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='2160ffc9ffe623c37a302ff861eec914e040fceb', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_aa5f2', referencing='REFERENCING OLD TABLE AS old_values ', table='indicators_phaseresultcorrection', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='return',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_returnevent" ("approved_at", "approved_by_id", "changed_by_id", "changed_from", "confirmed", "correction_code", "correction_reason", "entered_at", "entered_by_id", "entered_by_ids", "evidence", "id", "incomplete", "method", "null_reasons", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reported", "round_id", "state", "submitted_at", "values", "version") SELECT new_values."approved_at", new_values."approved_by_id", new_values."changed_by_id", new_values."changed_from", new_values."confirmed", new_values."correction_code", new_values."correction_reason", new_values."entered_at", new_values."entered_by_id", new_values."entered_by_ids", new_values."evidence", new_values."id", new_values."incomplete", new_values."method", new_values."null_reasons", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."reported", new_values."round_id", new_values."state", new_values."submitted_at", new_values."values", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='77f2322fefbf9946699be6eff8aa3d19830c102e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_91479', referencing='REFERENCING NEW TABLE AS new_values ', table='indicators_return', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='return',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_returnevent" ("approved_at", "approved_by_id", "changed_by_id", "changed_from", "confirmed", "correction_code", "correction_reason", "entered_at", "entered_by_id", "entered_by_ids", "evidence", "id", "incomplete", "method", "null_reasons", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reported", "round_id", "state", "submitted_at", "values", "version") SELECT new_values."approved_at", new_values."approved_by_id", new_values."changed_by_id", new_values."changed_from", new_values."confirmed", new_values."correction_code", new_values."correction_reason", new_values."entered_at", new_values."entered_by_id", new_values."entered_by_ids", new_values."evidence", new_values."id", new_values."incomplete", new_values."method", new_values."null_reasons", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."reported", new_values."round_id", new_values."state", new_values."submitted_at", new_values."values", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='2b3dd051b864aa86b83c32a86c2ed9db49537866', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_22fdb', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='indicators_return', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='return',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_returnevent" ("approved_at", "approved_by_id", "changed_by_id", "changed_from", "confirmed", "correction_code", "correction_reason", "entered_at", "entered_by_id", "entered_by_ids", "evidence", "id", "incomplete", "method", "null_reasons", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reported", "round_id", "state", "submitted_at", "values", "version") SELECT old_values."approved_at", old_values."approved_by_id", old_values."changed_by_id", old_values."changed_from", old_values."confirmed", old_values."correction_code", old_values."correction_reason", old_values."entered_at", old_values."entered_by_id", old_values."entered_by_ids", old_values."evidence", old_values."id", old_values."incomplete", old_values."method", old_values."null_reasons", old_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."reported", old_values."round_id", old_values."state", old_values."submitted_at", old_values."values", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='8b4c9a981bcc66af7ae4bd9191107105700d3c2a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_1ffc4', referencing='REFERENCING OLD TABLE AS old_values ', table='indicators_return', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='round',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_roundevent" ("code", "currency", "id", "instrument", "is_for_late_entrants", "kind", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "reference_date", "reminder_days", "scale_version_id", "status", "status_reason", "tags", "window") SELECT new_values."code", new_values."currency", new_values."id", new_values."instrument", new_values."is_for_late_entrants", new_values."kind", new_values."period", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."programme_id", new_values."reference_date", new_values."reminder_days", new_values."scale_version_id", new_values."status", new_values."status_reason", new_values."tags", new_values."window" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ac97adcd97e39f719bd6c5a9584b80e015da0469', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_69a52', referencing='REFERENCING NEW TABLE AS new_values ', table='indicators_round', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='round',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_roundevent" ("code", "currency", "id", "instrument", "is_for_late_entrants", "kind", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "reference_date", "reminder_days", "scale_version_id", "status", "status_reason", "tags", "window") SELECT new_values."code", new_values."currency", new_values."id", new_values."instrument", new_values."is_for_late_entrants", new_values."kind", new_values."period", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."programme_id", new_values."reference_date", new_values."reminder_days", new_values."scale_version_id", new_values."status", new_values."status_reason", new_values."tags", new_values."window" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='7b57825a5a1b5ef07a3fc087492566f391d8b6a9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_623f5', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='indicators_round', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='round',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_roundevent" ("code", "currency", "id", "instrument", "is_for_late_entrants", "kind", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "reference_date", "reminder_days", "scale_version_id", "status", "status_reason", "tags", "window") SELECT old_values."code", old_values."currency", old_values."id", old_values."instrument", old_values."is_for_late_entrants", old_values."kind", old_values."period", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."programme_id", old_values."reference_date", old_values."reminder_days", old_values."scale_version_id", old_values."status", old_values."status_reason", old_values."tags", old_values."window" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='b12a1c80980aa7ef98e1ba0e2aaf7b8b7e87da17', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_806d1', referencing='REFERENCING OLD TABLE AS old_values ', table='indicators_round', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rounddue',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_rounddueevent" ("id", "is_due", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "round_id") SELECT new_values."id", new_values."is_due", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."reason", new_values."round_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0d14352c30ebc1ce85d30e6ac30f76052e72d998', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_66612', referencing='REFERENCING NEW TABLE AS new_values ', table='indicators_rounddue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rounddue',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_rounddueevent" ("id", "is_due", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "round_id") SELECT new_values."id", new_values."is_due", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."reason", new_values."round_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='5ae34794aca369f8d64f84d65d466ab7116b762d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_69272', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='indicators_rounddue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rounddue',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_rounddueevent" ("id", "is_due", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "round_id") SELECT old_values."id", old_values."is_due", old_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."reason", old_values."round_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='51637a1e6cf461c81201a4be9324ab0b1344958f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_917d8', referencing='REFERENCING OLD TABLE AS old_values ', table='indicators_rounddue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scaleitem',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_scaleitemevent" ("dimension", "id", "indicator_id", "means_of_verification", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "translations", "version_id") SELECT new_values."dimension", new_values."id", new_values."indicator_id", new_values."means_of_verification", new_values."name", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."position", new_values."translations", new_values."version_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='057c741952be51613154839e000ef2610adc0297', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_d0f24', referencing='REFERENCING NEW TABLE AS new_values ', table='indicators_scaleitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scaleitem',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_scaleitemevent" ("dimension", "id", "indicator_id", "means_of_verification", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "translations", "version_id") SELECT new_values."dimension", new_values."id", new_values."indicator_id", new_values."means_of_verification", new_values."name", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."position", new_values."translations", new_values."version_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='7c087036e881b996f129b399f832d15a5eefda2f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_b34e5', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='indicators_scaleitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scaleitem',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_scaleitemevent" ("dimension", "id", "indicator_id", "means_of_verification", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "translations", "version_id") SELECT old_values."dimension", old_values."id", old_values."indicator_id", old_values."means_of_verification", old_values."name", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."position", old_values."translations", old_values."version_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='397e02d966b96b18b7efae1248df1e6d93ce572d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_96f1a', referencing='REFERENCING OLD TABLE AS old_values ', table='indicators_scaleitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondassessment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_secondassessmentevent" ("assessor_id", "done_at", "drawn_at", "drawn_by_id", "id", "levels", "note", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "round_id", "seed") SELECT new_values."assessor_id", new_values."done_at", new_values."drawn_at", new_values."drawn_by_id", new_values."id", new_values."levels", new_values."note", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."round_id", new_values."seed" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='4c38c67bea0e05eda9e9124e54c3ce24dff7d2cf', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_6efdc', referencing='REFERENCING NEW TABLE AS new_values ', table='indicators_secondassessment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondassessment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_secondassessmentevent" ("assessor_id", "done_at", "drawn_at", "drawn_by_id", "id", "levels", "note", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "round_id", "seed") SELECT new_values."assessor_id", new_values."done_at", new_values."drawn_at", new_values."drawn_by_id", new_values."id", new_values."levels", new_values."note", new_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."round_id", new_values."seed" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='dd28bfe0538acb5b2894f6d3c0c1940d8e4393cd', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_98eb2', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='indicators_secondassessment', when='AFTER')),
        ),
        migrations.AddField(
            model_name='indicatorevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='indicatorevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='id_code_events', to='indicators.indicator'),
        ),
        migrations.AddField(
            model_name='overlapsampleevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='overlapsampleevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='indicators.overlapsample'),
        ),
        migrations.AddField(
            model_name='overlapsampleevent',
            name='place',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.place', verbose_name='place'),
        ),
        migrations.AddField(
            model_name='overlapsampleevent',
            name='round',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='indicators.round', verbose_name='round'),
        ),
        migrations.AddField(
            model_name='phaseresultcorrectionevent',
            name='author',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author'),
        ),
        migrations.AddField(
            model_name='phaseresultcorrectionevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='phaseresultcorrectionevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='indicators.phaseresultcorrection'),
        ),
        migrations.AddField(
            model_name='phaseresultcorrectionevent',
            name='result',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='indicators.phaseresult', verbose_name='result'),
        ),
        migrations.AddField(
            model_name='phaseresultevent',
            name='indicator',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='indicators.indicator', verbose_name='indicator'),
        ),
        migrations.AddField(
            model_name='phaseresultevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='phaseresultevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='indicators.phaseresult'),
        ),
        migrations.AddField(
            model_name='phaseresultevent',
            name='phase',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.phase', verbose_name='phase'),
        ),
        migrations.AddField(
            model_name='phaseresultevent',
            name='place',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.place', verbose_name='place'),
        ),
        migrations.AddField(
            model_name='phaseresultevent',
            name='programme',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.programme', verbose_name='programme'),
        ),
        migrations.AddField(
            model_name='rounddueevent',
            name='organization',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organizations.organization', verbose_name='organization'),
        ),
        migrations.AddField(
            model_name='rounddueevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='rounddueevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='indicators.rounddue'),
        ),
        migrations.AddField(
            model_name='rounddueevent',
            name='round',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='indicators.round', verbose_name='round'),
        ),
        migrations.AddField(
            model_name='scaleitemevent',
            name='indicator',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='indicators.indicator', verbose_name='indicator'),
        ),
        migrations.AddField(
            model_name='scaleitemevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='scaleitemevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='indicators.scaleitem'),
        ),
        migrations.AddField(
            model_name='scaleitemevent',
            name='version',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='indicators.scaleversion', verbose_name='version of the scale'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='indicatorevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='094e1c3f4541b9846ba25c4ee0a14f60244a9bd9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_120fe', table='indicators_indicatorevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='overlapsampleevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='515283acde682334174e7c1b27168343a5a407d9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9c799', table='indicators_overlapsampleevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phaseresultcorrectionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ed28471f3bea84fd1a97e8377ab7948e84f7a354', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d1e18', table='indicators_phaseresultcorrectionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phaseresultevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3819d3f742c8546e91ae575acf32ae3ff23d0be6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9a2e5', table='indicators_phaseresultevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rounddueevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ca22646a393359af0396a21969b532cf162bb6a6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d5f7a', table='indicators_rounddueevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scaleitemevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a02129af3a6d0c6d23b9e461cc1dd72e26362b85', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3dcca', table='indicators_scaleitemevent', when='BEFORE')),
        ),
        trails.Begin(
            'indicators',
            'Indicator',
            'ScaleItem',
            'Round',
            'RoundDue',
            'OverlapSample',
            'Return',
            'PhaseResult',
            'PhaseResultCorrection',
        ),
    ]
