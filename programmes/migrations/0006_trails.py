import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from programmes import trails


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('programmes', '0005_rates_entered_and_kept'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            # The moment at which the transaction first wrote something; the setting ends with the transaction.
            """
            CREATE FUNCTION trellis_recorded_at() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
                SELECT COALESCE(
                    NULLIF(current_setting('trellis.recorded_at', true), ''),
                    set_config('trellis.recorded_at', clock_timestamp()::text, true))::timestamptz
            $$;
            """,
            "DROP FUNCTION trellis_recorded_at();",
        ),
        migrations.CreateModel(
            name='FinancingCorrectionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('documented', 'documented'), ('hypothesis', 'hypothesis')], max_length=20, verbose_name='kind')),
                ('amount', models.DecimalField(decimal_places=4, max_digits=20, verbose_name='corrected amount')),
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
            name='FinancingLineEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('financing_class', models.CharField(choices=[('anchor', 'anchor (IFAD)'), ('cofinancing', 'co-financing'), ('crowd_in', 'crowd-in'), ('replication', 'replication')], max_length=20, verbose_name='class')),
                ('stage', models.CharField(choices=[('planned_at_design', 'planned at design'), ('agreed', 'agreed'), ('amended', 'amended'), ('disbursed', 'disbursed')], default='planned_at_design', max_length=20, verbose_name='stage')),
                ('instrument', models.CharField(choices=[('loan', 'loan'), ('grant', 'grant'), ('equity', 'equity'), ('guarantee', 'guarantee'), ('in_kind', 'in kind'), ('cash_contribution', 'cash contribution'), ('credit_line', 'credit line'), ('not_stated', 'not stated')], default='not_stated', max_length=20, verbose_name='instrument')),
                ('amount', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='amount as reported')),
                ('null_reason', models.CharField(blank=True, choices=[('NOT_REPORTED', 'not reported'), ('NOT_APPLICABLE', 'not applicable'), ('NOT_SURVEYED', 'not surveyed'), ('REFUSED', 'refused'), ('MISSING_BASELINE', 'no baseline'), ('ZERO_BASELINE', 'baseline is zero'), ('UNIT_MISMATCH', 'units differ'), ('BASIS_MISMATCH', 'bases differ'), ('SUPPRESSED_SMALL_N', 'too few to show'), ('NO_RATE', 'no exchange rate')], max_length=20, verbose_name='why there is no amount')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('value_date', models.DateField(blank=True, null=True, verbose_name='value date')),
                ('is_in_kind', models.BooleanField(default=False, verbose_name='in kind')),
                ('valuation_method', models.CharField(blank=True, max_length=200, verbose_name='how it was valued')),
                ('attribution_share', models.DecimalField(decimal_places=4, default=1, max_digits=5, verbose_name='attribution share')),
                ('as_printed', models.CharField(blank=True, max_length=100, verbose_name='as printed')),
                ('unit_as_printed', models.CharField(blank=True, max_length=60, verbose_name='unit as printed')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PartnerEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('category', models.CharField(blank=True, choices=[('ifad', 'IFAD'), ('international_ifi', 'International financial institution'), ('international_un', 'United Nations'), ('international_bilateral', 'Bilateral donor'), ('international_ngo', 'International NGO or foundation'), ('government_national', 'National government'), ('government_subnational', 'State or local government'), ('domestic_financial_institution', 'Domestic financial institution'), ('private_company', 'Private company'), ('producer_organization', 'Producer organization'), ('beneficiaries', 'Beneficiaries'), ('replication_by_others', 'Others replicating the model')], max_length=40, verbose_name='category of financier')),
                ('sector', models.CharField(choices=[('public', 'public'), ('private', 'private'), ('civil_society', 'civil society'), ('mixed', 'mixed')], max_length=20, verbose_name='sector')),
                ('type', models.CharField(choices=[('input_supplier', 'input supplier'), ('buyer', 'buyer'), ('processor', 'processor'), ('exporter', 'exporter'), ('bank', 'bank'), ('microfinance', 'microfinance institution'), ('insurer', 'insurer'), ('technology_extension', 'technology or extension provider'), ('research', 'research'), ('local_government', 'local government'), ('ministry', 'ministry'), ('ngo', 'NGO'), ('donor', 'donor'), ('platform', 'platform'), ('households', 'participating households')], max_length=30, verbose_name='type')),
                ('is_synthetic', models.BooleanField(default=False, verbose_name='synthetic')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PhaseEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.SlugField(db_index=False, max_length=60, verbose_name='code')),
                ('sequence', models.PositiveSmallIntegerField(verbose_name='sequence')),
                ('label', models.CharField(max_length=100, verbose_name='label')),
                ('is_aggregate', models.BooleanField(default=False, verbose_name='carries totals that are not split by phase')),
                ('approval', models.DateField(blank=True, null=True, verbose_name='approval')),
                ('effectiveness', models.DateField(blank=True, null=True, verbose_name='effectiveness')),
                ('midterm', models.DateField(blank=True, null=True, verbose_name='mid-term review')),
                ('completion', models.DateField(blank=True, null=True, verbose_name='completion')),
                ('closing', models.DateField(blank=True, null=True, verbose_name='closing')),
                ('status', models.CharField(choices=[('pipeline', 'pipeline'), ('approved', 'approved'), ('ongoing', 'ongoing'), ('completed', 'completed'), ('closed', 'closed'), ('cancelled', 'cancelled'), ('unknown', 'not stated')], default='unknown', max_length=20, verbose_name='status')),
                ('objective', models.TextField(blank=True, verbose_name='objective')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlaceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('names', models.JSONField(blank=True, default=dict, verbose_name='names in other languages')),
                ('level', models.PositiveSmallIntegerField(default=0, verbose_name='level')),
                ('level_name', models.CharField(blank=True, max_length=60, verbose_name='name of the level')),
                ('parent_level', models.PositiveSmallIntegerField(blank=True, editable=False, null=True)),
                ('iso3', models.CharField(blank=True, max_length=3, verbose_name='ISO 3166-1 alpha-3')),
                ('valid', django.contrib.postgres.fields.ranges.DateRangeField(blank=True, null=True, verbose_name='valid')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProgrammeCountryEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProgrammeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.SlugField(db_index=False, max_length=40, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('acronym', models.CharField(blank=True, max_length=40, verbose_name='acronym')),
                ('instrument', models.CharField(choices=[('project', 'project'), ('programme', 'programme'), ('grant', 'grant'), ('national_programme', 'national programme')], max_length=20, verbose_name='instrument')),
                ('is_ifad_financed', models.BooleanField(default=True, help_text='No for a programme of others that replicates the model: it has no leverage ratio.', verbose_name='financed by IFAD')),
                ('goal', models.TextField(blank=True, verbose_name='goal')),
                ('model_scaled', models.TextField(blank=True, verbose_name='organization model that is scaled up')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('is_synthetic', models.BooleanField(default=False, verbose_name='synthetic')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProgrammeReplicationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('since', models.DateField(blank=True, null=True, verbose_name='since')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Trail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=63, unique=True)),
                ('since', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'trail of a table',
                'verbose_name_plural': 'trails of tables',
            },
        ),
        migrations.CreateModel(
            name='ProgrammeCountry',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('programmes.programme_countries',),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='financingcorrection',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_financingcorrectionevent" ("amount", "author_id", "id", "kind", "line_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "source", "superseded_at", "url") SELECT new_values."amount", new_values."author_id", new_values."id", new_values."kind", new_values."line_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."reason", new_values."recorded_at", new_values."source", new_values."superseded_at", new_values."url" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='dc97878a8250aec696b96b61d46e505f2676e2bc', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_60b66', referencing='REFERENCING NEW TABLE AS new_values ', table='programmes_financingcorrection', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='financingcorrection',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_financingcorrectionevent" ("amount", "author_id", "id", "kind", "line_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "source", "superseded_at", "url") SELECT new_values."amount", new_values."author_id", new_values."id", new_values."kind", new_values."line_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."reason", new_values."recorded_at", new_values."source", new_values."superseded_at", new_values."url" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='c186a4a70469fd0acea984c2e21212c5c72a68d7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_6b7ff', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programmes_financingcorrection', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='financingcorrection',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_financingcorrectionevent" ("amount", "author_id", "id", "kind", "line_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "source", "superseded_at", "url") SELECT old_values."amount", old_values."author_id", old_values."id", old_values."kind", old_values."line_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."reason", old_values."recorded_at", old_values."source", old_values."superseded_at", old_values."url" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='302d642feffdd8611e1404736dcca2eb887a14ec', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_50a6c', referencing='REFERENCING OLD TABLE AS old_values ', table='programmes_financingcorrection', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='financingline',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_financinglineevent" ("amount", "as_printed", "attribution_share", "currency", "financing_class", "id", "instrument", "is_in_kind", "note", "null_reason", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase_id", "source", "stage", "unit_as_printed", "valuation_method", "value_date") SELECT new_values."amount", new_values."as_printed", new_values."attribution_share", new_values."currency", new_values."financing_class", new_values."id", new_values."instrument", new_values."is_in_kind", new_values."note", new_values."null_reason", new_values."partner_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."phase_id", new_values."source", new_values."stage", new_values."unit_as_printed", new_values."valuation_method", new_values."value_date" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='23b55f87988ce5e9620963a40a7f76024fd1610c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_a6453', referencing='REFERENCING NEW TABLE AS new_values ', table='programmes_financingline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='financingline',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_financinglineevent" ("amount", "as_printed", "attribution_share", "currency", "financing_class", "id", "instrument", "is_in_kind", "note", "null_reason", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase_id", "source", "stage", "unit_as_printed", "valuation_method", "value_date") SELECT new_values."amount", new_values."as_printed", new_values."attribution_share", new_values."currency", new_values."financing_class", new_values."id", new_values."instrument", new_values."is_in_kind", new_values."note", new_values."null_reason", new_values."partner_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."phase_id", new_values."source", new_values."stage", new_values."unit_as_printed", new_values."valuation_method", new_values."value_date" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='75640cc81273892682ad0cb62febe12fbdb7eab8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_90dc7', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programmes_financingline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='financingline',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_financinglineevent" ("amount", "as_printed", "attribution_share", "currency", "financing_class", "id", "instrument", "is_in_kind", "note", "null_reason", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase_id", "source", "stage", "unit_as_printed", "valuation_method", "value_date") SELECT old_values."amount", old_values."as_printed", old_values."attribution_share", old_values."currency", old_values."financing_class", old_values."id", old_values."instrument", old_values."is_in_kind", old_values."note", old_values."null_reason", old_values."partner_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."phase_id", old_values."source", old_values."stage", old_values."unit_as_printed", old_values."valuation_method", old_values."value_date" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='ea728f5d0b5cce846cd64daf00a1d4cfbcde385b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_3ede2', referencing='REFERENCING OLD TABLE AS old_values ', table='programmes_financingline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='partner',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_partnerevent" ("category", "code", "country_id", "id", "is_synthetic", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sector", "type") SELECT new_values."category", new_values."code", new_values."country_id", new_values."id", new_values."is_synthetic", new_values."name", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."sector", new_values."type" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='2afa4386855458c0322821b59bd69c5024fb7312', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_44940', referencing='REFERENCING NEW TABLE AS new_values ', table='programmes_partner', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='partner',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_partnerevent" ("category", "code", "country_id", "id", "is_synthetic", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sector", "type") SELECT new_values."category", new_values."code", new_values."country_id", new_values."id", new_values."is_synthetic", new_values."name", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."sector", new_values."type" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='452554259c6bd53a70bedfec1bfbd04dd509a452', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_678a7', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programmes_partner', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='partner',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_partnerevent" ("category", "code", "country_id", "id", "is_synthetic", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sector", "type") SELECT old_values."category", old_values."code", old_values."country_id", old_values."id", old_values."is_synthetic", old_values."name", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."sector", old_values."type" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='b37963e51f81bef850842acc1f02f1a90ec9d2d9', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_b7bf3', referencing='REFERENCING OLD TABLE AS old_values ', table='programmes_partner', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phase',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_phaseevent" ("approval", "closing", "code", "completion", "effectiveness", "id", "is_aggregate", "label", "midterm", "objective", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "sequence", "source", "status") SELECT new_values."approval", new_values."closing", new_values."code", new_values."completion", new_values."effectiveness", new_values."id", new_values."is_aggregate", new_values."label", new_values."midterm", new_values."objective", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."programme_id", new_values."sequence", new_values."source", new_values."status" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='bacbff53355e7908c8b343a95f64a52ccb9c3473', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_d2092', referencing='REFERENCING NEW TABLE AS new_values ', table='programmes_phase', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phase',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_phaseevent" ("approval", "closing", "code", "completion", "effectiveness", "id", "is_aggregate", "label", "midterm", "objective", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "sequence", "source", "status") SELECT new_values."approval", new_values."closing", new_values."code", new_values."completion", new_values."effectiveness", new_values."id", new_values."is_aggregate", new_values."label", new_values."midterm", new_values."objective", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."programme_id", new_values."sequence", new_values."source", new_values."status" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='13f1dd207914f209ec0b3d68376061cfaca9a460', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_12ded', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programmes_phase', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phase',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_phaseevent" ("approval", "closing", "code", "completion", "effectiveness", "id", "is_aggregate", "label", "midterm", "objective", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "sequence", "source", "status") SELECT old_values."approval", old_values."closing", old_values."code", old_values."completion", old_values."effectiveness", old_values."id", old_values."is_aggregate", old_values."label", old_values."midterm", old_values."objective", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."programme_id", old_values."sequence", old_values."source", old_values."status" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='12b291a4c8b01136b8b65db63f1beacaeeb8a9ce', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_9808d', referencing='REFERENCING OLD TABLE AS old_values ', table='programmes_phase', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='place',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_placeevent" ("code", "country_id", "id", "iso3", "level", "level_name", "name", "names", "parent_id", "parent_level", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid") SELECT new_values."code", new_values."country_id", new_values."id", new_values."iso3", new_values."level", new_values."level_name", new_values."name", new_values."names", new_values."parent_id", new_values."parent_level", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."valid" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='2d69b248d2a2cc0c44bd6cae9063e2b60141308d', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_0ff87', referencing='REFERENCING NEW TABLE AS new_values ', table='programmes_place', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='place',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_placeevent" ("code", "country_id", "id", "iso3", "level", "level_name", "name", "names", "parent_id", "parent_level", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid") SELECT new_values."code", new_values."country_id", new_values."id", new_values."iso3", new_values."level", new_values."level_name", new_values."name", new_values."names", new_values."parent_id", new_values."parent_level", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."valid" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."country_id" IS DISTINCT FROM (new_values."country_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."iso3" IS DISTINCT FROM (new_values."iso3") OR old_values."level" IS DISTINCT FROM (new_values."level") OR old_values."level_name" IS DISTINCT FROM (new_values."level_name") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."names" IS DISTINCT FROM (new_values."names") OR old_values."parent_id" IS DISTINCT FROM (new_values."parent_id") OR old_values."parent_level" IS DISTINCT FROM (new_values."parent_level") OR old_values."valid" IS DISTINCT FROM (new_values."valid")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9b9b820062bdfdfae065a8716c8410e7b43c1503', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_1ee43', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programmes_place', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='place',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_placeevent" ("code", "country_id", "id", "iso3", "level", "level_name", "name", "names", "parent_id", "parent_level", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid") SELECT old_values."code", old_values."country_id", old_values."id", old_values."iso3", old_values."level", old_values."level_name", old_values."name", old_values."names", old_values."parent_id", old_values."parent_level", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."valid" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='a262996775e64b1e0dcc9aaa611de4bd9fcddb4b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_01f3a', referencing='REFERENCING OLD TABLE AS old_values ', table='programmes_place', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programme',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_programmeevent" ("acronym", "code", "goal", "id", "instrument", "is_ifad_financed", "is_synthetic", "lead_financier_id", "model_scaled", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") SELECT new_values."acronym", new_values."code", new_values."goal", new_values."id", new_values."instrument", new_values."is_ifad_financed", new_values."is_synthetic", new_values."lead_financier_id", new_values."model_scaled", new_values."name", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."source" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='428247623ee6e1e1e5e4f4725d86b44392290147', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_56ab2', referencing='REFERENCING NEW TABLE AS new_values ', table='programmes_programme', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programme',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_programmeevent" ("acronym", "code", "goal", "id", "instrument", "is_ifad_financed", "is_synthetic", "lead_financier_id", "model_scaled", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") SELECT new_values."acronym", new_values."code", new_values."goal", new_values."id", new_values."instrument", new_values."is_ifad_financed", new_values."is_synthetic", new_values."lead_financier_id", new_values."model_scaled", new_values."name", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."source" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6992493e9fb2643c726c2c5bc833161c6cfb7321', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_af864', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programmes_programme', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programme',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_programmeevent" ("acronym", "code", "goal", "id", "instrument", "is_ifad_financed", "is_synthetic", "lead_financier_id", "model_scaled", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") SELECT old_values."acronym", old_values."code", old_values."goal", old_values."id", old_values."instrument", old_values."is_ifad_financed", old_values."is_synthetic", old_values."lead_financier_id", old_values."model_scaled", old_values."name", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."source" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='3c92833423d4f002c83d67ae2263b2dd408b2f4d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_f6c03', referencing='REFERENCING OLD TABLE AS old_values ', table='programmes_programme', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programmereplication',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_programmereplicationevent" ("id", "note", "original_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "since") SELECT new_values."id", new_values."note", new_values."original_id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."programme_id", new_values."since" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='14f1de1223e6d78a981ccee96a443f21a2c5da90', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_06632', referencing='REFERENCING NEW TABLE AS new_values ', table='programmes_programmereplication', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programmereplication',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_programmereplicationevent" ("id", "note", "original_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "since") SELECT new_values."id", new_values."note", new_values."original_id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."programme_id", new_values."since" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='37fd85da5ecd9cfca8aff60cda440375df1bc5d0', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_ca48d', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programmes_programmereplication', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programmereplication',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_programmereplicationevent" ("id", "note", "original_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "since") SELECT old_values."id", old_values."note", old_values."original_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."programme_id", old_values."since" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='3b058e382b9637c6f7d8948d5b0dc6fc78c5d23b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_6da20', referencing='REFERENCING OLD TABLE AS old_values ', table='programmes_programmereplication', when='AFTER')),
        ),
        migrations.AddField(
            model_name='financingcorrectionevent',
            name='author',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author'),
        ),
        migrations.AddField(
            model_name='financingcorrectionevent',
            name='line',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.financingline', verbose_name='financing line'),
        ),
        migrations.AddField(
            model_name='financingcorrectionevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='financingcorrectionevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programmes.financingcorrection'),
        ),
        migrations.AddField(
            model_name='financinglineevent',
            name='partner',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.partner', verbose_name='financier'),
        ),
        migrations.AddField(
            model_name='financinglineevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='financinglineevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programmes.financingline'),
        ),
        migrations.AddField(
            model_name='financinglineevent',
            name='phase',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.phase', verbose_name='phase'),
        ),
        migrations.AddField(
            model_name='partnerevent',
            name='country',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.place', verbose_name='country'),
        ),
        migrations.AddField(
            model_name='partnerevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='partnerevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programmes.partner'),
        ),
        migrations.AddField(
            model_name='phaseevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='phaseevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programmes.phase'),
        ),
        migrations.AddField(
            model_name='phaseevent',
            name='programme',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.programme', verbose_name='programme'),
        ),
        migrations.AddField(
            model_name='placeevent',
            name='country',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, help_text='Empty for a country itself.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.place', verbose_name='country'),
        ),
        migrations.AddField(
            model_name='placeevent',
            name='parent',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.place', verbose_name='part of'),
        ),
        migrations.AddField(
            model_name='placeevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='placeevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programmes.place'),
        ),
        migrations.AddField(
            model_name='programmecountryevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='programmecountryevent',
            name='place',
            field=models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.place'),
        ),
        migrations.AddField(
            model_name='programmecountryevent',
            name='programme',
            field=models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.programme'),
        ),
        migrations.AddField(
            model_name='programmeevent',
            name='lead_financier',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.partner', verbose_name='lead financier'),
        ),
        migrations.AddField(
            model_name='programmeevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='programmeevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programmes.programme'),
        ),
        migrations.AddField(
            model_name='programmereplicationevent',
            name='original',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.programme', verbose_name='original'),
        ),
        migrations.AddField(
            model_name='programmereplicationevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='programmereplicationevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programmes.programmereplication'),
        ),
        migrations.AddField(
            model_name='programmereplicationevent',
            name='programme',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.programme', verbose_name='programme'),
        ),
        migrations.AddField(
            model_name='programmecountryevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programmes.programmecountry'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programmecountry',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_programmecountryevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "programme_id") SELECT new_values."id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."place_id", new_values."programme_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='c0a4b5ac03f016dfb9659ee9477c49a67d473a79', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_6c7eb', referencing='REFERENCING NEW TABLE AS new_values ', table='programmes_programme_countries', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programmecountry',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_programmecountryevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "programme_id") SELECT new_values."id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."place_id", new_values."programme_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='3711cb49b5e38330cc81d580e4cb7bcb7fdb3032', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_8f2f1', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programmes_programme_countries', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programmecountry',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_programmecountryevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "programme_id") SELECT old_values."id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."place_id", old_values."programme_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='3cacdb18a43826c7db5ba52102b6134192cf8097', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_e27d5', referencing='REFERENCING OLD TABLE AS old_values ', table='programmes_programme_countries', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='financingcorrectionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='75f8ed26d1028d7fa024d0b6c5937e67641b6326', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8472e', table='programmes_financingcorrectionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='financinglineevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f8b19c05751e3a704408809f6be651bbc102cf40', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7e011', table='programmes_financinglineevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='partnerevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a18eff1556b33be0efcdb6ecaebb26ae86ee4fb9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_26d3a', table='programmes_partnerevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phaseevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4b6693db46ee010abc91958551969afc1e9a4ebf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_00acc', table='programmes_phaseevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='placeevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d5e1b0fd981f4b550ddf8c2224986206891d6101', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_589eb', table='programmes_placeevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programmeevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5fe1ee674ae180722b68fb3695b029aa2ce00d96', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_df196', table='programmes_programmeevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programmereplicationevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='25fa3aac9fb1e88d5ecfbf0562df5c6384a1182f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8d813', table='programmes_programmereplicationevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programmecountryevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='05a8d4dd4be0445d93aec2d1226f935e2ef24672', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ff807', table='programmes_programmecountryevent', when='BEFORE')),
        ),
        trails.Begin(
            'programmes',
            'Place',
            'Partner',
            'Programme',
            'ProgrammeCountry',
            'ProgrammeReplication',
            'Phase',
            'FinancingLine',
            'FinancingCorrection',
            'ExchangeRate',
            'PriceIndex',
        ),
    ]
