"""Circular places are impossible: the parent's level is part of the foreign key, and a check keeps it smaller."""

from django.db import migrations

ADD = """
ALTER TABLE programmes_place ADD CONSTRAINT place_parent_with_its_level
    FOREIGN KEY (parent_id, parent_level) REFERENCES programmes_place (id, level)
    DEFERRABLE INITIALLY IMMEDIATE;
"""
DROP = "ALTER TABLE programmes_place DROP CONSTRAINT place_parent_with_its_level;"


class Migration(migrations.Migration):
    dependencies = [("programmes", "0002_initial")]
    operations = [migrations.RunSQL(ADD, DROP)]
