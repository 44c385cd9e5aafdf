import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.manager
import kernel.ids
import pgvector.django.halfvec
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisations', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('doc_', editable=False, max_length=48, unique=True)),
                ('name', models.CharField(max_length=255)),
                ('format', models.CharField(blank=True, max_length=8)),
                ('media_type', models.CharField(blank=True, max_length=100)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('size', models.BigIntegerField(default=0)),
                ('storage_key', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(choices=[('uploaded', 'Uploaded'), ('parsing', 'Reading'), ('embedding', 'Embedding'), ('ready', 'Ready'), ('failed', 'Not read')], default='uploaded', max_length=10)),
                ('searchable', models.BooleanField(default=False)),
                ('lease', models.CharField(blank=True, max_length=32)),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('unit', models.CharField(default='bytes', max_length=10)),
                ('pages', models.PositiveIntegerField(null=True)),
                ('page_kind', models.CharField(choices=[('page', 'Page'), ('slide', 'Slide'), ('sheet', 'Sheet'), ('chapter', 'Chapter')], default='page', max_length=8)),
                ('passages', models.PositiveIntegerField(default=0)),
                ('characters', models.PositiveIntegerField(default=0)),
                ('tokens', models.PositiveIntegerField(default=0)),
                ('embedder', models.CharField(blank=True, max_length=120)),
                ('vector_store', models.CharField(blank=True, max_length=20)),
                ('cost', models.BigIntegerField(default=0)),
                ('warnings', models.JSONField(default=list)),
                ('error_code', models.CharField(blank=True, max_length=40)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('parsed_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['organisation', 'sha256'], name='document_bytes'), models.Index(condition=models.Q(('state__in', ['uploaded', 'parsing', 'embedding'])), fields=['lease_until'], name='document_unfinished'), models.Index(condition=models.Q(('state', 'ready')), fields=['vector_store'], name='document_placed')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Passage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('psg_', editable=False, max_length=48, unique=True)),
                ('ordinal', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('text', 'Text'), ('table', 'Table'), ('row', 'Row'), ('code', 'Code'), ('qa', 'Question and answer')], default='text', max_length=5)),
                ('text', models.TextField()),
                ('section', models.PositiveIntegerField()),
                ('page', models.PositiveIntegerField(null=True)),
                ('paragraph', models.PositiveIntegerField(null=True)),
                ('heading', models.CharField(blank=True, max_length=300)),
                ('start', models.PositiveIntegerField()),
                ('end', models.PositiveIntegerField()),
                ('tokens', models.PositiveIntegerField()),
                ('document', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.document')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('document', 'ordinal'), name='one_passage_an_ordinal')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Placement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('store', models.CharField(max_length=20)),
                ('organisation_id', models.BigIntegerField()),
                ('document_id', models.BigIntegerField(db_index=True)),
                ('embedder', models.CharField(blank=True, max_length=120)),
                ('erase_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('erase_at__isnull', False)), fields=['erase_at'], name='placement_to_erase')],
                'constraints': [models.UniqueConstraint(fields=('store', 'document_id'), name='one_placement_a_store')],
            },
        ),
        migrations.CreateModel(
            name='Shelf',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('filling', 'Filling'), ('indexed', 'Indexed'), ('serving', 'Serving'), ('leaving', 'Leaving')], default='filling', max_length=8)),
                ('filled_to', models.BigIntegerField(default=0)),
                ('dimensions', models.PositiveIntegerField(null=True)),
                ('passages', models.PositiveIntegerField(default=0)),
                ('words', models.FloatField(default=1.0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('left_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ShelfChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document_id', models.BigIntegerField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('shelf', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='knowledge.shelf')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ShelfTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lexeme', models.TextField()),
                ('passages', models.PositiveIntegerField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('shelf', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='knowledge.shelf')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('shelf', 'lexeme'), name='one_count_a_word')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('src_', editable=False, max_length=48, unique=True)),
                ('type', models.CharField(choices=[('file', 'File'), ('text', 'Text'), ('qa', 'Questions and answers'), ('url', 'Web page'), ('site', 'Website'), ('connector', 'Connection')], max_length=12)),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('url', models.CharField(blank=True, max_length=2000)),
                ('settings', models.JSONField(default=dict)),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=50), default=list, size=None)),
                ('metadata', models.JSONField(default=dict)),
                ('showing', models.CharField(choices=[('quote', 'Quote freely'), ('quote_only', 'Show only the words quoted'), ('hidden', 'Never show the original'), ('download', 'Quote, and offer the file')], default='quote', max_length=10)),
                ('restricted', models.BooleanField(default=False)),
                ('sync_every', models.CharField(blank=True, choices=[('', 'Never'), ('hourly', 'Every hour'), ('daily', 'Every day'), ('weekly', 'Every week'), ('monthly', 'Every month')], default='', max_length=8)),
                ('sync_at', models.DateTimeField(null=True)),
                ('synced_at', models.DateTimeField(null=True)),
                ('sync_error', models.CharField(blank=True, max_length=40)),
                ('etag', models.CharField(blank=True, max_length=200)),
                ('last_modified', models.CharField(blank=True, max_length=100)),
                ('changed_at', models.DateTimeField(null=True)),
                ('look', models.CharField(blank=True, max_length=32)),
                ('look_until', models.DateTimeField(null=True)),
                ('look_attempts', models.PositiveSmallIntegerField(default=0)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('missed', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('removed_at', models.DateTimeField(null=True)),
                ('document', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='knowledge.document')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='knowledge.source')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(condition=models.Q(('removed_at', None), ('sync_at__isnull', False)), fields=['sync_at'], name='source_due'), models.Index(condition=models.Q(('look_until__isnull', False)), fields=['look_until'], name='source_looked_at')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='SiteAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=1000)),
                ('depth', models.PositiveSmallIntegerField()),
                ('done', models.BooleanField(default=False)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.source')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('source', 'address'), name='one_address_a_site')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='document',
            name='source',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='knowledge.source'),
        ),
        migrations.CreateModel(
            name='SourceAudience',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.group')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='audience', to='knowledge.source')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('source', 'group'), name='one_audience_a_group')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='SourceSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('set_', editable=False, max_length=48, unique=True)),
                ('embedder', models.CharField(blank=True, max_length=120)),
                ('next_embedder', models.CharField(blank=True, max_length=120)),
                ('declined_embedder', models.CharField(blank=True, max_length=120)),
                ('shelf', models.BigIntegerField(default=0)),
                ('shelving_until', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='source',
            name='source_set',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sources', to='knowledge.sourceset'),
        ),
        migrations.AddField(
            model_name='shelf',
            name='source_set',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='knowledge.sourceset'),
        ),
        migrations.CreateModel(
            name='SharedSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='knowledge.source')),
                ('source_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shared', to='knowledge.sourceset')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('source_set', 'source'), name='one_share_a_set')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Reembedding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('emb_', editable=False, max_length=48, unique=True)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('lease', models.CharField(blank=True, max_length=32)),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('cost', models.BigIntegerField(default=0)),
                ('error_code', models.CharField(blank=True, max_length=40)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('source_set', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='reembedding', to='knowledge.sourceset')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['lease_until'], name='reembedding_due')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='document',
            name='source_set',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.sourceset'),
        ),
        migrations.CreateModel(
            name='StoredBytes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200)),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('removing', models.BooleanField(default=False)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['since'], name='stored_bytes_due')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'key'), name='one_note_a_key')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='DocumentPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('paragraphs', models.JSONField(default=list)),
                ('boxes', models.JSONField(default=list)),
                ('document', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.document')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('document', 'number'), name='one_page_a_number')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='PendingVector',
            fields=[
                ('passage', models.OneToOneField(db_column='id', db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='knowledge.passage')),
                ('embedding', pgvector.django.halfvec.HalfVectorField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.document')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('source_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.sourceset')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name='source',
            index=models.Index(condition=models.Q(('removed_at', None)), fields=['source_set', '-created_at', '-id'], name='source_recent'),
        ),
    ]
