import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from programmes import trails


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('programmes', '0009_what_changed_since'),
    ]

    operations = [
        migrations.CreateModel(
            name='ElectionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('level', models.CharField(choices=[('national', 'national'), ('regional', 'regional'), ('local', 'local')], max_length=20, verbose_name='level')),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('date', models.DateField(verbose_name='date')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PolicyEventEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('date', models.DateField(verbose_name='date')),
                ('type', models.CharField(choices=[('law', 'law'), ('regulation', 'regulation'), ('policy', 'policy'), ('strategy', 'strategy'), ('decree', 'decree'), ('court_decision', 'court decision'), ('programme', 'programme'), ('budget', 'budget')], max_length=20, verbose_name='type')),
                ('stage', models.CharField(choices=[('agenda', 'on the agenda'), ('proposed', 'proposed'), ('adopted', 'adopted'), ('applied', 'applied on the ground'), ('repealed', 'repealed')], max_length=20, verbose_name='stage')),
                ('direction', models.CharField(choices=[('enabling', 'enabling'), ('constraining', 'constraining'), ('mixed', 'mixed')], max_length=20, verbose_name='direction')),
                ('spaces', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('political', 'political'), ('institutional', 'institutional'), ('technical_innovation', 'technical and innovation'), ('financial_fiscal', 'financial and fiscal'), ('cultural', 'cultural')], max_length=30), blank=True, default=list, size=None, verbose_name='spaces')),
                ('organizations_role', models.TextField(blank=True, verbose_name='role of the organizations')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SpaceAssessmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('date', models.DateField(verbose_name='date')),
                ('space', models.CharField(choices=[('political', 'political'), ('institutional', 'institutional'), ('technical_innovation', 'technical and innovation'), ('financial_fiscal', 'financial and fiscal'), ('cultural', 'cultural')], max_length=30, verbose_name='space')),
                ('rating', models.PositiveSmallIntegerField(verbose_name='rating, 1 to 6')),
                ('evidence', models.TextField(verbose_name='evidence')),
                ('author', models.CharField(blank=True, max_length=150, verbose_name='author')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='election',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_electionevent" ("country_id", "date", "id", "kind", "level", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") SELECT new_values."country_id", new_values."date", new_values."id", new_values."kind", new_values."level", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."source" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9e82dfec73fcbf997de17c56726201090d4beff6', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_f70aa', referencing='REFERENCING NEW TABLE AS new_values ', table='programmes_election', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='election',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_electionevent" ("country_id", "date", "id", "kind", "level", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") SELECT new_values."country_id", new_values."date", new_values."id", new_values."kind", new_values."level", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."source" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e24703692be241b47e0fc92d4355e15a4019fe69', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_d8f2e', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programmes_election', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='election',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_electionevent" ("country_id", "date", "id", "kind", "level", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") SELECT old_values."country_id", old_values."date", old_values."id", old_values."kind", old_values."level", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."source" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='70f50c36f511778f95aa167a335980bef32db613', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_96431', referencing='REFERENCING OLD TABLE AS old_values ', table='programmes_election', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyevent',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_policyeventevent" ("country_id", "date", "direction", "id", "organizations_role", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "source", "spaces", "stage", "title", "type") SELECT new_values."country_id", new_values."date", new_values."direction", new_values."id", new_values."organizations_role", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."place_id", new_values."source", new_values."spaces", new_values."stage", new_values."title", new_values."type" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='102f850ed3c35b776ab82824592a5b184b5b0d70', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_aaa70', referencing='REFERENCING NEW TABLE AS new_values ', table='programmes_policyevent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyevent',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_policyeventevent" ("country_id", "date", "direction", "id", "organizations_role", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "source", "spaces", "stage", "title", "type") SELECT new_values."country_id", new_values."date", new_values."direction", new_values."id", new_values."organizations_role", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."place_id", new_values."source", new_values."spaces", new_values."stage", new_values."title", new_values."type" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9c357ed8a99dd3e416a432c2855da785ff017783', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_ab9d9', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programmes_policyevent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyevent',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_policyeventevent" ("country_id", "date", "direction", "id", "organizations_role", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "source", "spaces", "stage", "title", "type") SELECT old_values."country_id", old_values."date", old_values."direction", old_values."id", old_values."organizations_role", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."place_id", old_values."source", old_values."spaces", old_values."stage", old_values."title", old_values."type" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='0d47c0e30353198b23cf54f70edd11326e36ff64', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_5fbbd', referencing='REFERENCING OLD TABLE AS old_values ', table='programmes_policyevent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='spaceassessment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_spaceassessmentevent" ("author", "country_id", "date", "evidence", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "rating", "space") SELECT new_values."author", new_values."country_id", new_values."date", new_values."evidence", new_values."id", _pgh_attached_context.value, trellis_recorded_at(), \'insert\', new_values."id", new_values."programme_id", new_values."rating", new_values."space" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='de636cc3f9c32355fcc13a05f75bf7fac414ae9d', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_4be12', referencing='REFERENCING NEW TABLE AS new_values ', table='programmes_spaceassessment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='spaceassessment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_spaceassessmentevent" ("author", "country_id", "date", "evidence", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "rating", "space") SELECT new_values."author", new_values."country_id", new_values."date", new_values."evidence", new_values."id", _pgh_attached_context.value, trellis_recorded_at(), \'update\', new_values."id", new_values."programme_id", new_values."rating", new_values."space" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d6c8a2f9bd03be056f9703904a3cd5f5300faa80', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_95617', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programmes_spaceassessment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='spaceassessment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programmes_spaceassessmentevent" ("author", "country_id", "date", "evidence", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "rating", "space") SELECT old_values."author", old_values."country_id", old_values."date", old_values."evidence", old_values."id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."programme_id", old_values."rating", old_values."space" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='5b8d7e7ea716b60311785bb9cbcebfac658b417a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_44f64', referencing='REFERENCING OLD TABLE AS old_values ', table='programmes_spaceassessment', when='AFTER')),
        ),
        migrations.AddField(
            model_name='electionevent',
            name='country',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.place', verbose_name='country'),
        ),
        migrations.AddField(
            model_name='electionevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='electionevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programmes.election'),
        ),
        migrations.AddField(
            model_name='policyeventevent',
            name='country',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.place', verbose_name='country'),
        ),
        migrations.AddField(
            model_name='policyeventevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='policyeventevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programmes.policyevent'),
        ),
        migrations.AddField(
            model_name='policyeventevent',
            name='place',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.place', verbose_name='place'),
        ),
        migrations.AddField(
            model_name='spaceassessmentevent',
            name='country',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.place', verbose_name='country'),
        ),
        migrations.AddField(
            model_name='spaceassessmentevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='spaceassessmentevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programmes.spaceassessment'),
        ),
        migrations.AddField(
            model_name='spaceassessmentevent',
            name='programme',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.programme', verbose_name='programme'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='electionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0ff4ece5a021f794248799590b3516428bf66b51', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_59c46', table='programmes_electionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyeventevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='63a064e7e22b12c22b61e02758fe44418b948ac2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_60ad4', table='programmes_policyeventevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='spaceassessmentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='03a9c18c5e1e0382a26f6688ac6b801f8802f9ec', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_acdb9', table='programmes_spaceassessmentevent', when='BEFORE')),
        ),
        trails.Begin('programmes', 'PolicyEvent', 'Election', 'SpaceAssessment'),
    ]
