"""The function that the trigger on returns calls; it takes a row of the table, so it comes after it, and before the
trigger first runs."""

from django.db import migrations

CREATE = r"""
CREATE FUNCTION indicators_check_return(r indicators_return) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    cell record;
    base text;
    whole numeric;
    rated boolean;
    computed boolean;
BEGIN
    IF jsonb_typeof(r.values) <> 'object' OR jsonb_typeof(r.null_reasons) <> 'object'
       OR jsonb_typeof(r.evidence) <> 'object' THEN
        RAISE EXCEPTION 'values, reasons and evidence are objects'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'return_values_are_objects';
    END IF;
    IF EXISTS (SELECT 1 FROM jsonb_object_keys(r.values) k WHERE r.null_reasons ? k) THEN
        RAISE EXCEPTION 'a value and a reason for no value together'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'return_value_or_reason';
    END IF;
    IF EXISTS (SELECT 1 FROM jsonb_each_text(r.null_reasons) n WHERE n.value NOT IN (
        'NOT_REPORTED', 'NOT_APPLICABLE', 'NOT_SURVEYED', 'REFUSED', 'MISSING_BASELINE')) THEN
        RAISE EXCEPTION 'an unknown reason' USING ERRCODE = 'check_violation', CONSTRAINT = 'return_reason_known';
    END IF;
    FOR cell IN SELECT key, value FROM jsonb_each(r.values)
                UNION ALL SELECT key, NULL FROM jsonb_each(r.null_reasons) LOOP
        base := split_part(cell.key, '.', 1);
        SELECT i.is_rating, i.is_computed INTO rated, computed FROM indicators_indicator i
        WHERE i.code = base AND i.level = 'organization';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'unknown indicator %', base
                USING ERRCODE = 'check_violation', CONSTRAINT = 'return_indicator_known';
        END IF;
        IF computed THEN
            RAISE EXCEPTION '% is computed and never entered', base
                USING ERRCODE = 'check_violation', CONSTRAINT = 'return_not_computed';
        END IF;
        CONTINUE WHEN cell.value IS NULL;
        IF jsonb_typeof(cell.value) <> 'number' THEN
            RAISE EXCEPTION '% is not a number', cell.key
                USING ERRCODE = 'check_violation', CONSTRAINT = 'return_values_are_numbers';
        END IF;
        IF cell.value::numeric < 0 THEN
            RAISE EXCEPTION '% is negative', cell.key
                USING ERRCODE = 'check_violation', CONSTRAINT = 'return_values_not_negative';
        END IF;
        IF rated AND (cell.value::numeric NOT IN (1, 2, 3, 4, 5, 6) OR base <> cell.key) THEN
            RAISE EXCEPTION '% is a level from 1 to 6', cell.key
                USING ERRCODE = 'check_violation', CONSTRAINT = 'return_rating_1_to_6';
        END IF;
        IF rated AND cell.value::numeric >= 4 AND r.state IN ('submitted', 'approved')
           AND COALESCE(btrim(r.evidence ->> base), '') = '' THEN
            RAISE EXCEPTION 'level 4 or more of % needs evidence', base
                USING ERRCODE = 'check_violation', CONSTRAINT = 'return_rating_has_evidence';
        END IF;
        IF base <> cell.key AND r.values ? base AND jsonb_typeof(r.values -> base) = 'number'
           AND cell.value::numeric > (r.values ->> base)::numeric THEN
            RAISE EXCEPTION '% is more than its total', cell.key
                USING ERRCODE = 'check_violation', CONSTRAINT = 'return_subgroup_within_total';
        END IF;
        IF cell.key = base || '.women' AND r.values ? (base || '.men') AND r.values ? base THEN
            whole := (r.values ->> base)::numeric;
            IF cell.value::numeric + (r.values ->> (base || '.men'))::numeric <> whole THEN
                RAISE EXCEPTION 'women and men do not add up to %', base
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'return_sexes_add_up';
            END IF;
        END IF;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0002_rounds_and_returns")]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION indicators_check_return(indicators_return);")]
