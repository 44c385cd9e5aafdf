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
            name='AuthProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('auth_', editable=False, max_length=48, unique=True)),
                ('kind', models.CharField(choices=[('none', 'No credential'), ('api_key', 'API key'), ('oauth2', 'OAuth')], max_length=10)),
                ('owner', models.CharField(choices=[('user', "Everybody's own"), ('organisation', "The organisation's")], default='user', max_length=12)),
                ('name', models.CharField(max_length=120)),
                ('origin', models.CharField(max_length=300)),
                ('assistant_id', models.CharField(blank=True, max_length=48)),
                ('assistant_name', models.CharField(blank=True, max_length=120)),
                ('document', models.JSONField(default=dict)),
                ('consent', models.CharField(max_length=64)),
                ('client_secret_encrypted', models.TextField(blank=True)),
                ('hosts_confirmed', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['organisation', 'assistant_id'], name='auth_profile_of_assistant')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Connection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('con_', editable=False, max_length=48, unique=True)),
                ('profile_id', models.CharField(max_length=48)),
                ('profile_organisation_id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('none', 'No credential'), ('api_key', 'API key'), ('oauth2', 'OAuth')], max_length=10)),
                ('name', models.CharField(max_length=120)),
                ('origin', models.CharField(max_length=300)),
                ('assistant_name', models.CharField(blank=True, max_length=120)),
                ('maker_name', models.CharField(blank=True, max_length=120)),
                ('consent', models.CharField(max_length=64)),
                ('scopes', models.JSONField(default=list)),
                ('secret_encrypted', models.TextField(blank=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('active', 'works'), ('needs_consent', 'asks you again'), ('broken', 'refused by the service')], default='active', max_length=16)),
                ('failure', models.CharField(blank=True, max_length=60)),
                ('version', models.PositiveIntegerField(default=1)),
                ('lease', models.CharField(blank=True, max_length=32)),
                ('lease_until', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('renewed_at', models.DateTimeField(null=True)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_attempts', models.PositiveSmallIntegerField(default=0)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['profile_id'], name='connection_of_profile'), models.Index(condition=models.Q(('ended_at', None), _negated=True), fields=['ended_at'], name='connection_to_revoke'), models.Index(fields=['organisation', 'user', '-created_at', '-id'], name='connection_recent')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None), ('user__isnull', False)), fields=('organisation', 'user', 'profile_id'), name='connection_once_a_person'), models.UniqueConstraint(condition=models.Q(('ended_at', None), ('user', None)), fields=('organisation', 'profile_id'), name='connection_once_an_organisation')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='OAuthAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('oatt_', editable=False, max_length=48, unique=True)),
                ('state_hash', models.CharField(max_length=64, unique=True)),
                ('verifier_encrypted', models.TextField()),
                ('session_hash', models.CharField(blank=True, max_length=64)),
                ('api_key_id', models.BigIntegerField(null=True)),
                ('profile_id', models.CharField(max_length=48)),
                ('profile_organisation_id', models.BigIntegerField()),
                ('consent', models.CharField(max_length=64)),
                ('redirect_uri', models.CharField(max_length=400)),
                ('return_to', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['expires_at'], name='oauth_attempt_expiry')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='OAuthClient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('ocl_', editable=False, max_length=48, unique=True)),
                ('issuer', models.CharField(max_length=300)),
                ('client_id', models.CharField(max_length=300)),
                ('client_secret_encrypted', models.TextField(blank=True)),
                ('token_auth', models.CharField(default='none', max_length=8)),
                ('redirect_uri', models.CharField(max_length=400)),
                ('expires_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'issuer', 'redirect_uri'), name='oauth_client_once_an_issuer')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
    ]
