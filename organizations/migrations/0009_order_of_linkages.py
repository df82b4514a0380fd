"""Agreements in the order of what they are worth and of their end; who was
dormant and which organizations are apexes is found without all the others."""

import django.db.models.functions.comparison
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0008_what_changed_since'),
        ('programmes', '0009_what_changed_since'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='linkage',
            index=models.Index(models.OrderBy(django.db.models.functions.comparison.Coalesce('value', models.Value(Decimal('-1')), output_field=models.DecimalField(decimal_places=4, max_digits=20)), descending=True), models.F('id'), name='linkage_by_size'),
        ),
        migrations.AddIndex(
            model_name='linkage',
            index=models.Index(models.F('valid__endswith'), name='linkage_by_end'),
        ),
        migrations.AddIndex(
            model_name='organizationstatus',
            index=models.Index(condition=models.Q(('status', 'dormant')), fields=['id'], name='status_dormant'),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=models.Index(condition=models.Q(('tier', 'primary'), _negated=True), fields=['id'], name='organization_apexes'),
        ),
    ]
