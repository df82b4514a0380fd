"""The check of a return as one query over all its cells instead of one for each cell: bulk writes three times as quick.

What it refuses, and the names it refuses by, stay the same (tests/indicators/test_impossible.py).
"""

import importlib

from django.db import migrations

before = importlib.import_module("indicators.migrations.0003_return_checks")

CREATE = r"""
CREATE OR REPLACE FUNCTION indicators_check_return(r indicators_return) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    bad record;
BEGIN
    IF jsonb_typeof(r.values) <> 'object' OR jsonb_typeof(r.null_reasons) <> 'object'
       OR jsonb_typeof(r.evidence) <> 'object' THEN
        RAISE EXCEPTION 'values, reasons and evidence are objects'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'return_values_are_objects';
    END IF;
    IF EXISTS (SELECT 1 FROM jsonb_each_text(r.null_reasons) n WHERE r.values ? n.key) THEN
        RAISE EXCEPTION 'a value and a reason for no value together'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'return_value_or_reason';
    END IF;
    IF EXISTS (SELECT 1 FROM jsonb_each_text(r.null_reasons) n WHERE n.value NOT IN (
        'NOT_REPORTED', 'NOT_APPLICABLE', 'NOT_SURVEYED', 'REFUSED', 'MISSING_BASELINE')) THEN
        RAISE EXCEPTION 'an unknown reason' USING ERRCODE = 'check_violation', CONSTRAINT = 'return_reason_known';
    END IF;
    SELECT found.* INTO bad FROM (
        SELECT cell.key, CASE
            WHEN i.code IS NULL THEN 'return_indicator_known'
            WHEN i.is_computed THEN 'return_not_computed'
            WHEN cell.value IS NULL THEN NULL
            WHEN jsonb_typeof(cell.value) <> 'number' THEN 'return_values_are_numbers'
            WHEN cell.value::numeric < 0 THEN 'return_values_not_negative'
            WHEN i.is_rating AND (cell.value::numeric NOT IN (1, 2, 3, 4, 5, 6) OR i.code <> cell.key)
                THEN 'return_rating_1_to_6'
            WHEN i.is_rating AND cell.value::numeric >= 4 AND r.state IN ('submitted', 'approved')
                 AND COALESCE(btrim(r.evidence ->> i.code), '') = '' THEN 'return_rating_has_evidence'
            WHEN i.code <> cell.key AND jsonb_typeof(r.values -> i.code) = 'number'
                 AND cell.value::numeric > (r.values ->> i.code)::numeric THEN 'return_subgroup_within_total'
            WHEN cell.key = i.code || '.women' AND jsonb_typeof(r.values -> (i.code || '.men')) = 'number'
                 AND jsonb_typeof(r.values -> i.code) = 'number'
                 AND cell.value::numeric + (r.values ->> (i.code || '.men'))::numeric <> (r.values ->> i.code)::numeric
                THEN 'return_sexes_add_up'
        END AS problem
        FROM (SELECT key, value FROM jsonb_each(r.values)
              UNION ALL SELECT key, NULL FROM jsonb_each(r.null_reasons)) cell
        LEFT JOIN indicators_indicator i ON i.code = split_part(cell.key, '.', 1) AND i.level = 'organization'
    ) found WHERE found.problem IS NOT NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% of a return does not hold for %', bad.problem, bad.key
            USING ERRCODE = 'check_violation', CONSTRAINT = bad.problem;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0008_history_tells_ways")]
    operations = [
        migrations.RunSQL(CREATE, before.CREATE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")),
    ]
