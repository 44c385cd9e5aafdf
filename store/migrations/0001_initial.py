
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.manager
import kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('building', '0002_tenancy'),
        ('organisations', '0002_tenancy'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Install',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('ins_', editable=False, max_length=48, unique=True)),
                ('listing_id', models.CharField(db_index=True, max_length=48)),
                ('publication_id', models.CharField(max_length=48)),
                ('slug', models.CharField(max_length=80)),
                ('name', models.CharField(max_length=80)),
                ('picture_seed', models.CharField(max_length=64)),
                ('order', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'user', 'listing_id'), name='pinned_once')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Listing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('lst_', editable=False, max_length=48, unique=True)),
                ('visibility', models.CharField(choices=[('private', 'Only those it is shared with'), ('organisation', 'Your organisation'), ('link', 'Anyone with the link'), ('public', 'Everybody, in the store')], default='private', max_length=12)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Waiting for review'), ('live', 'Live'), ('changes_requested', 'Changes requested'), ('rejected', 'Rejected'), ('suspended', 'Suspended'), ('unpublished', 'Unpublished')], default='draft', max_length=20)),
                ('name', models.CharField(max_length=80)),
                ('tagline', models.CharField(blank=True, max_length=120)),
                ('description', models.TextField(blank=True, max_length=4000)),
                ('creator_name', models.CharField(max_length=120)),
                ('category', models.CharField(choices=[('writing', 'Writing'), ('research', 'Research'), ('law', 'Law'), ('finance', 'Finance'), ('code', 'Code'), ('learning', 'Learning'), ('work', 'Work'), ('home', 'Home'), ('craft', 'Craft')], default='work', max_length=20)),
                ('language', models.CharField(blank=True, max_length=32)),
                ('statements', models.TextField(blank=True, max_length=4000)),
                ('privacy_policy_url', models.URLField(blank=True)),
                ('version_number', models.PositiveIntegerField(default=1)),
                ('version_note', models.CharField(blank=True, max_length=1000)),
                ('version_at', models.DateTimeField(null=True)),
                ('featured', models.BooleanField(default=False)),
                ('conversations', models.PositiveIntegerField(default=0)),
                ('installs', models.PositiveIntegerField(default=0)),
                ('search', django.contrib.postgres.search.SearchVectorField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('live_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('publication', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='listing', to='building.publication')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['organisation', '-created_at', '-id'], name='listing_own'), models.Index(fields=['visibility', 'state', '-live_at', '-id'], name='listing_new'), models.Index(fields=['visibility', 'state', '-conversations', '-id'], name='listing_popular'), django.contrib.postgres.indexes.GinIndex(fields=['search'], name='listing_search'), django.contrib.postgres.indexes.GinIndex(fields=['name'], name='listing_name', opclasses=['gin_trgm_ops'])],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
    ]
