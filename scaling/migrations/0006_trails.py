import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from programmes import trails


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('programmes', '0006_trails'),
        ('scaling', '0005_rebuilds'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ThresholdSettingEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('valid', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('watch_points', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='Watch: share of the poorest fell by (points)')),
                ('alert_points', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='Alert: share of the poorest fell by (points)')),
                ('leadership_parity', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('10'))], verbose_name='Alert: share of leaders / share of members below')),
                ('exit_ratio', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='High: exit rate of the poorest / that of others from')),
                ('entrenched_share', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('101'))], verbose_name='High: organizations with the same persons beyond their term, from (per cent)')),
                ('smallest_denominator', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='No alert on a share of fewer members than')),
                ('improved', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('5'))], verbose_name='A score improved when it rose by (levels)')),
                ('satisfactory', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('1')), django.core.validators.MaxValueValidator(Decimal('6'))], verbose_name='A score is satisfactory from (level)')),
                ('interval_from_n', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='Interval of a mean from so many organizations')),
                ('concentration', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('1'))], verbose_name='Dependence on one buyer: index above')),
                ('verified_within_months', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(600)], verbose_name='Unknown when not seen for more months than')),
                ('partial_below', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='A round is partial below (per cent of those due)')),
                ('matched_only_below', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='Only matched results below (per cent of those due)')),
                ('most_imputed', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='No total with more than this imputed (per cent)')),
                ('smallest_panel', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='A kind borrows the ratio of all below so many organizations')),
                ('federation_loss', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='Alert: a federation lost members in twelve months, from (per cent)')),
                ('overdue_days', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='Alert: a round overdue for more days than')),
                ('least_survival', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='Survival after support should be at least (per cent)')),
                ('survival_months', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(600)], verbose_name='… so many months after support ended')),
                ('reason', models.CharField(max_length=500)),
                ('set_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='thresholdsetting',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "scaling_thresholdsettingevent" ("alert_points", "concentration", "country_id", "entrenched_share", "exit_ratio", "federation_loss", "id", "improved", "interval_from_n", "leadership_parity", "least_survival", "matched_only_below", "most_imputed", "overdue_days", "partial_below", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "satisfactory", "set_at", "set_by_id", "smallest_denominator", "smallest_panel", "survival_months", "valid", "verified_within_months", "watch_points") SELECT new_values."alert_points", new_values."concentration", new_values."country_id", new_values."entrenched_share", new_values."exit_ratio", new_values."federation_loss", new_values."id", new_values."improved", new_values."interval_from_n", new_values."leadership_parity", new_values."least_survival", new_values."matched_only_below", new_values."most_imputed", new_values."overdue_days", new_values."partial_below", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."reason", new_values."satisfactory", new_values."set_at", new_values."set_by_id", new_values."smallest_denominator", new_values."smallest_panel", new_values."survival_months", new_values."valid", new_values."verified_within_months", new_values."watch_points" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='dbec908a723645d397e3b7490ed3705bec937acd', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_5ba75', referencing='REFERENCING NEW TABLE AS new_values ', table='scaling_thresholdsetting', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='thresholdsetting',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "scaling_thresholdsettingevent" ("alert_points", "concentration", "country_id", "entrenched_share", "exit_ratio", "federation_loss", "id", "improved", "interval_from_n", "leadership_parity", "least_survival", "matched_only_below", "most_imputed", "overdue_days", "partial_below", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "satisfactory", "set_at", "set_by_id", "smallest_denominator", "smallest_panel", "survival_months", "valid", "verified_within_months", "watch_points") SELECT new_values."alert_points", new_values."concentration", new_values."country_id", new_values."entrenched_share", new_values."exit_ratio", new_values."federation_loss", new_values."id", new_values."improved", new_values."interval_from_n", new_values."leadership_parity", new_values."least_survival", new_values."matched_only_below", new_values."most_imputed", new_values."overdue_days", new_values."partial_below", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."reason", new_values."satisfactory", new_values."set_at", new_values."set_by_id", new_values."smallest_denominator", new_values."smallest_panel", new_values."survival_months", new_values."valid", new_values."verified_within_months", new_values."watch_points" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0d02dde6dab5e9b73fe7ebffeb16d4485b603e5b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_48b33', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='scaling_thresholdsetting', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='thresholdsetting',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "scaling_thresholdsettingevent" ("alert_points", "concentration", "country_id", "entrenched_share", "exit_ratio", "federation_loss", "id", "improved", "interval_from_n", "leadership_parity", "least_survival", "matched_only_below", "most_imputed", "overdue_days", "partial_below", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "satisfactory", "set_at", "set_by_id", "smallest_denominator", "smallest_panel", "survival_months", "valid", "verified_within_months", "watch_points") SELECT old_values."alert_points", old_values."concentration", old_values."country_id", old_values."entrenched_share", old_values."exit_ratio", old_values."federation_loss", old_values."id", old_values."improved", old_values."interval_from_n", old_values."leadership_parity", old_values."least_survival", old_values."matched_only_below", old_values."most_imputed", old_values."overdue_days", old_values."partial_below", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."reason", old_values."satisfactory", old_values."set_at", old_values."set_by_id", old_values."smallest_denominator", old_values."smallest_panel", old_values."survival_months", old_values."valid", old_values."verified_within_months", old_values."watch_points" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9965ba7e32a436ccf1ee21f706e4dac68bea97cd', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_67496', referencing='REFERENCING OLD TABLE AS old_values ', table='scaling_thresholdsetting', when='AFTER')),
        ),
        migrations.AddField(
            model_name='thresholdsettingevent',
            name='country',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.place'),
        ),
        migrations.AddField(
            model_name='thresholdsettingevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='thresholdsettingevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scaling.thresholdsetting'),
        ),
        migrations.AddField(
            model_name='thresholdsettingevent',
            name='set_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='thresholdsettingevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ce7117ff5137f05e6d8b6b67593194c1905aac31', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f8746', table='scaling_thresholdsettingevent', when='BEFORE')),
        ),
        trails.Begin(
            'scaling',
            'ThresholdSetting',
        ),
    ]
