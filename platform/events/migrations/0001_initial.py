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
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('ntf_', editable=False, max_length=48, unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('title', models.JSONField()),
                ('body', models.JSONField(null=True)),
                ('url', models.CharField(blank=True, max_length=300)),
                ('event_key', models.CharField(max_length=80)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('email_due_at', models.DateTimeField(null=True)),
                ('emailed_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['user', '-created_at', '-id'], name='notification_recent'), models.Index(condition=models.Q(('email_due_at__isnull', False), ('emailed_at', None)), fields=['email_due_at'], name='notification_to_send')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'user', 'event_key'), name='one_notice_an_event')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='NotificationChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('email', models.CharField(choices=[('at_once', 'At once'), ('daily', 'Once a day'), ('off', 'Never')], max_length=8)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'kind'), name='one_choice_a_kind')],
            },
        ),
    ]
