import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from programmes import trails


class Migration(migrations.Migration):

    dependencies = [
        ('programmes', '0010_what_stands_beside'),
        ('indicators', '0015_what_changed_since'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='secondassessment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indicators_secondassessmentevent" ("assessor_id", "done_at", "drawn_at", "drawn_by_id", "id", "levels", "note", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "round_id", "seed") SELECT old_values."assessor_id", old_values."done_at", old_values."drawn_at", old_values."drawn_by_id", old_values."id", old_values."levels", old_values."note", old_values."organization_id", _pgh_attached_context.value, trellis_recorded_at(), \'delete\', old_values."id", old_values."round_id", old_values."seed" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='fcfc9428fee827964983fdad55ea23d8f15a6aa6', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_bc902', referencing='REFERENCING OLD TABLE AS old_values ', table='indicators_secondassessment', when='AFTER')),
        ),
        trails.Begin('indicators', 'SecondAssessment'),
    ]
