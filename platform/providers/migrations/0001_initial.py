import django.db.models.deletion
import django.db.models.manager
import kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('organisations', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Model',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('mdl_', editable=False, max_length=48, unique=True)),
                ('name', models.CharField(max_length=160)),
                ('label', models.CharField(max_length=160)),
                ('kind', models.CharField(choices=[('chat', 'Chat'), ('embedding', 'Embedding'), ('image', 'Pictures'), ('other', 'Other')], default='chat', max_length=10)),
                ('capabilities', models.JSONField(default=dict)),
                ('context_window', models.PositiveIntegerField(null=True)),
                ('max_output', models.PositiveIntegerField(null=True)),
                ('dimensions', models.PositiveIntegerField(null=True)),
                ('released_on', models.DateField(null=True)),
                ('shutdown_on', models.DateField(null=True)),
                ('replacement', models.CharField(blank=True, max_length=200)),
                ('position', models.PositiveIntegerField(default=0)),
                ('offered', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['provider_id', 'position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='ModelAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160, unique=True)),
                ('target', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Provider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('prov_', editable=False, max_length=48, unique=True)),
                ('slug', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('builtin', 'Built in'), ('openai', 'OpenAI-compatible')], max_length=10)),
                ('base_url', models.URLField(blank=True, max_length=300)),
                ('region', models.CharField(blank=True, max_length=60)),
                ('key_source', models.CharField(choices=[('none', 'No key'), ('environment', 'From the environment'), ('stored', 'Stored, encrypted')], default='none', max_length=12)),
                ('key_encrypted', models.TextField(blank=True)),
                ('named_by_operator', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='OrganisationProvider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('prov_', editable=False, max_length=48, unique=True)),
                ('slug', models.SlugField(max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('preset', models.CharField(max_length=20)),
                ('base_url', models.URLField(max_length=300)),
                ('region', models.CharField(blank=True, max_length=60)),
                ('key_encrypted', models.TextField(blank=True)),
                ('works', models.BooleanField(default=False)),
                ('tested_at', models.DateTimeField(null=True)),
                ('test_code', models.CharField(blank=True, max_length=30)),
                ('test_model', models.CharField(blank=True, max_length=160)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('disabled_at', models.DateTimeField(null=True)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'slug'), name='own_provider_slug_once')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='OrganisationModel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=115)),
                ('label', models.CharField(max_length=160)),
                ('kind', models.CharField(choices=[('chat', 'Chat'), ('embedding', 'Embedding'), ('image', 'Pictures'), ('other', 'Other')], default='chat', max_length=10)),
                ('capabilities', models.JSONField(default=dict)),
                ('context_window', models.PositiveIntegerField(null=True)),
                ('max_output', models.PositiveIntegerField(null=True)),
                ('input_price', models.BigIntegerField(null=True)),
                ('output_price', models.BigIntegerField(null=True)),
                ('offered', models.BooleanField(default=True)),
                ('shutdown_on', models.DateField(null=True)),
                ('replacement', models.CharField(blank=True, max_length=200)),
                ('position', models.PositiveIntegerField(default=0)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='models_offered', to='providers.organisationprovider')),
            ],
            options={
                'ordering': ['position', 'name'],
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'provider', 'name'), name='own_model_once_a_provider'), models.CheckConstraint(condition=models.Q(models.Q(('input_price', None), ('output_price', None)), models.Q(('input_price__gte', 0), ('output_price__gte', 0)), _connector='OR'), name='own_prices_both_or_none')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3)),
                ('input_per_million', models.BigIntegerField()),
                ('output_per_million', models.BigIntegerField()),
                ('cached_per_million', models.BigIntegerField(null=True)),
                ('valid_from', models.DateField()),
                ('source', models.CharField(max_length=200)),
                ('per_image', models.PositiveBigIntegerField(default=0)),
                ('model', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='providers.model')),
            ],
            options={
                'ordering': ['-valid_from'],
                'constraints': [models.UniqueConstraint(fields=('model', 'valid_from'), name='price_once_a_day'), models.CheckConstraint(condition=models.Q(('input_per_million__gte', 0), ('output_per_million__gte', 0)), name='price_not_negative'), models.CheckConstraint(condition=models.Q(('cached_per_million__gte', 0), ('cached_per_million', None), _connector='OR'), name='cached_price_not_negative')],
            },
        ),
        migrations.AddField(
            model_name='model',
            name='provider',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='models_offered', to='providers.provider'),
        ),
        migrations.CreateModel(
            name='EndingNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('assistant', models.CharField(max_length=48)),
                ('model', models.CharField(max_length=200)),
                ('shutdown_on', models.DateField()),
                ('days', models.PositiveSmallIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'assistant', 'model', 'shutdown_on', 'days'), name='ending_told_once')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddConstraint(
            model_name='model',
            constraint=models.UniqueConstraint(fields=('provider', 'name'), name='model_once_a_provider'),
        ),
    ]
