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
        ('turns', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('conv_', editable=False, max_length=48, unique=True)),
                ('reference', models.CharField(max_length=80)),
                ('assistant_id', models.CharField(max_length=48)),
                ('assistant_name', models.CharField(max_length=120)),
                ('picture', models.CharField(blank=True, max_length=200)),
                ('version_id', models.CharField(blank=True, max_length=48)),
                ('version_number', models.PositiveIntegerField(null=True)),
                ('version_since', models.DateTimeField(null=True)),
                ('title', models.CharField(blank=True, max_length=120)),
                ('opening', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now_add=True)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['organisation', 'user', '-updated_at', '-id'], name='conversation_recent'), models.Index(condition=models.Q(('version_id', ''), _negated=True), fields=['version_id', 'created_at'], name='conversation_version')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('msg_', editable=False, max_length=48, unique=True)),
                ('role', models.CharField(choices=[('user', 'You'), ('assistant', 'Assistant')], max_length=10)),
                ('text', models.TextField(blank=True)),
                ('feedback', models.CharField(blank=True, choices=[('up', 'Good answer'), ('down', 'Bad answer')], max_length=4)),
                ('feedback_text', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='chat.conversation')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='chat.message')),
                ('turn', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='turns.turn')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['conversation', 'id'], name='message_order')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='conversation',
            name='leaf',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='chat.message'),
        ),
    ]
