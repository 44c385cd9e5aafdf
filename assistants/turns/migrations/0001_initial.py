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
            name='Turn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('turn_', editable=False, max_length=48, unique=True)),
                ('api_key_id', models.BigIntegerField(null=True)),
                ('message_id', models.CharField(blank=True, max_length=48)),
                ('thread_id', models.CharField(blank=True, max_length=48)),
                ('surface', models.CharField(choices=[('chat', 'Chat'), ('preview', 'Preview'), ('api', 'API'), ('builder', 'Builder'), ('trial', 'Try-out'), ('review', "Moderator's test")], max_length=8)),
                ('assistant_id', models.CharField(max_length=48)),
                ('assistant_name', models.CharField(max_length=120)),
                ('publication_id', models.CharField(blank=True, max_length=48)),
                ('version_id', models.CharField(blank=True, max_length=48)),
                ('creator_organisation_id', models.BigIntegerField()),
                ('model_id', models.CharField(max_length=210)),
                ('fallback', models.JSONField(null=True)),
                ('state', models.CharField(choices=[('pending', 'Waiting to start'), ('streaming', 'Answering'), ('waiting', 'Waiting for you'), ('complete', 'Complete'), ('stopped', 'Stopped'), ('failed', 'Failed')], default='streaming', max_length=10)),
                ('runner', models.CharField(blank=True, max_length=48)),
                ('question', models.TextField(blank=True)),
                ('answer', models.TextField(blank=True)),
                ('steps', models.JSONField(default=list)),
                ('citations', models.JSONField(default=list)),
                ('tool_calls', models.JSONField(default=list)),
                ('verification', models.JSONField(null=True)),
                ('error_code', models.CharField(blank=True, max_length=60)),
                ('error_message', models.TextField(blank=True)),
                ('prompt_tokens', models.PositiveIntegerField(default=0)),
                ('input_tokens', models.PositiveIntegerField(default=0)),
                ('output_tokens', models.PositiveIntegerField(default=0)),
                ('price', models.JSONField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(condition=models.Q(('state__in', ['pending', 'streaming'])), fields=['created_at'], name='turn_open'), models.Index(condition=models.Q(('version_id', ''), _negated=True), fields=['version_id', 'created_at'], name='turn_version'), models.Index(condition=models.Q(models.Q(('publication_id', ''), _negated=True), ('finished_at__isnull', False)), fields=['finished_at'], name='turn_finished')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('requests', models.JSONField(default=list)),
                ('state', models.JSONField()),
                ('expires_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('turn', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='suspension', to='turns.turn')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['expires_at'], name='suspension_expiry')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
    ]
