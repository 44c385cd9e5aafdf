import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.manager
import kernel.ids
import organisations.permissions
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='CustomRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('role_', editable=False, max_length=48, unique=True)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('description', models.CharField(blank=True, max_length=300, verbose_name='description')),
                ('permissions', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
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
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('grp_', editable=False, max_length=48, unique=True)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('description', models.CharField(blank=True, max_length=300, verbose_name='description')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
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
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('aud_', editable=False, max_length=48, unique=True)),
                ('actor_label', models.CharField(max_length=160)),
                ('api_key', models.CharField(blank=True, max_length=48)),
                ('action', models.CharField(max_length=80)),
                ('target_type', models.CharField(blank=True, max_length=60)),
                ('target_id', models.CharField(blank=True, max_length=60)),
                ('target_label', models.CharField(blank=True, max_length=200)),
                ('detail', models.JSONField(default=dict)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('staff_label', models.CharField(blank=True, max_length=160)),
                ('ip', models.GenericIPAddressField(null=True)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('actor_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
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
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('org_', editable=False, max_length=48, unique=True)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('kind', models.CharField(choices=[('personal', 'Personal'), ('team', 'Team'), ('platform', 'Platform')], default='team', max_length=10)),
                ('mfa_required', models.BooleanField(default=False)),
                ('suspended_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'platform')), fields=('kind',), name='one_platform_organisation')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('mem_', editable=False, max_length=48, unique=True)),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Administrator'), ('publisher', 'Publisher'), ('builder', 'Builder'), ('member', 'Member'), ('billing', 'Billing'), ('guest', 'Guest')], default=organisations.permissions.Role['MEMBER'], max_length=12)),
                ('suspended_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('custom_role', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.customrole')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['organisation', '-created_at', '-id'], name='membership_recent')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'user'), name='one_membership_a_person'), models.CheckConstraint(condition=models.Q(('custom_role', None), ('role', organisations.permissions.Role['MEMBER']), _connector='OR'), name='a_custom_role_stands_alone')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('inv_', editable=False, max_length=48, unique=True)),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Administrator'), ('publisher', 'Publisher'), ('builder', 'Builder'), ('member', 'Member'), ('billing', 'Billing'), ('guest', 'Guest')], default=organisations.permissions.Role['MEMBER'], max_length=12)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('custom_role', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='organisations.customrole')),
                ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('email'), condition=models.Q(('accepted_at', None), ('withdrawn_at', None)), name='one_open_invitation_an_address')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='GroupMembershipEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('group', models.BigIntegerField(db_column='group_id')),
                ('membership', models.BigIntegerField(db_column='membership_id')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['organisation', 'id', 'pgh_id'], name='group_place_event_of_row'), models.Index(condition=models.Q(('pgh_context__isnull', True)), fields=['pgh_id'], name='group_place_event_direct')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='GroupMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='organisations.group')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='organisations.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('group', 'membership'), name='one_place_a_member_and_group')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='group',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation'),
        ),
        migrations.CreateModel(
            name='GrantEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('public_id', models.CharField(max_length=48)),
                ('membership', models.BigIntegerField(db_column='membership_id', null=True)),
                ('group', models.BigIntegerField(db_column='group_id', null=True)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('resource_type', models.CharField(max_length=20)),
                ('resource_id', models.CharField(max_length=48)),
                ('level', models.CharField(choices=[('use', 'Use it'), ('view', 'See its settings and duplicate it'), ('edit', 'Change it'), ('own', 'Own it: share, transfer, delete')], max_length=4)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['organisation', 'id', 'pgh_id'], name='grant_event_of_row'), models.Index(condition=models.Q(('pgh_context__isnull', True)), fields=['pgh_id'], name='grant_event_direct')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('grt_', editable=False, max_length=48, unique=True)),
                ('resource_type', models.CharField(max_length=20)),
                ('resource_id', models.CharField(max_length=48)),
                ('level', models.CharField(choices=[('use', 'Use it'), ('view', 'See its settings and duplicate it'), ('edit', 'Change it'), ('own', 'Own it: share, transfer, delete')], max_length=4)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='organisations.group')),
                ('membership', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='organisations.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.CheckConstraint(condition=models.Q(('membership', None), ('group', None), _connector='XOR'), name='a_grant_has_one_holder'), models.UniqueConstraint(condition=models.Q(('group', None)), fields=('organisation', 'resource_type', 'resource_id', 'membership'), name='one_grant_a_person_and_resource'), models.UniqueConstraint(condition=models.Q(('membership', None)), fields=('organisation', 'resource_type', 'resource_id', 'group'), name='one_grant_a_group_and_resource')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='DirectChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=40)),
                ('event_id', models.BigIntegerField()),
                ('entry', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organisations.auditentry')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'table', 'event_id'), name='one_line_an_event')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='CustomRoleEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('public_id', models.CharField(max_length=48)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('description', models.CharField(blank=True, max_length=300, verbose_name='description')),
                ('permissions', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['organisation', 'id', 'pgh_id'], name='custom_role_event_of_row'), models.Index(condition=models.Q(('pgh_context__isnull', True)), fields=['pgh_id'], name='custom_role_event_direct')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='customrole',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation'),
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField()),
                ('entry_hash', models.CharField(max_length=64)),
                ('chain_hash', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('entry', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organisations.auditentry')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'number'), name='one_seal_a_number'), models.UniqueConstraint(fields=('organisation', 'entry'), name='one_seal_an_entry')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='auditentry',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation'),
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('apr_', editable=False, max_length=48, unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('subject_type', models.CharField(max_length=20)),
                ('subject_id', models.CharField(max_length=48)),
                ('subject_label', models.CharField(max_length=200)),
                ('payload', models.JSONField(default=dict)),
                ('reason', models.CharField(blank=True, max_length=1000)),
                ('state', models.CharField(choices=[('pending', 'Waiting'), ('approved', 'Approved'), ('rejected', 'Refused'), ('withdrawn', 'Withdrawn'), ('expired', 'Expired')], default='pending', max_length=10)),
                ('decision_reason', models.CharField(blank=True, max_length=1000)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['organisation', '-created_at', '-id'], name='approval_recent')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'pending')), fields=('organisation', 'kind', 'subject_id'), name='one_open_approval_a_subject')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ApiKeyEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('public_id', models.CharField(max_length=48)),
                ('user', models.BigIntegerField(db_column='user_id', null=True)),
                ('service_account', models.BigIntegerField(db_column='service_account_id', null=True)),
                ('successor', models.BigIntegerField(db_column='successor_id', null=True)),
                ('origin', models.BigIntegerField(db_column='origin_id', null=True)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('prefix', models.CharField(max_length=16)),
                ('scopes', models.JSONField(default=list)),
                ('allowed_assistants', models.JSONField(default=list)),
                ('monthly_budget_micro', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['organisation', 'id', 'pgh_id'], name='api_key_event_of_row'), models.Index(condition=models.Q(('pgh_context__isnull', True)), fields=['pgh_id'], name='api_key_event_direct')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.JSONField(default=dict)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('updated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('organisation',), name='one_policy_an_organisation')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='PolicyEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('updated_by', models.BigIntegerField(db_column='updated_by_id', null=True)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('document', models.JSONField(default=dict)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['organisation', 'id', 'pgh_id'], name='policy_event_of_row'), models.Index(condition=models.Q(('pgh_context__isnull', True)), fields=['pgh_id'], name='policy_event_direct')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ServiceAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('svc_', editable=False, max_length=48, unique=True)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('permissions', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('disabled_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='one_service_account_a_name')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', kernel.ids.PublicIdField('key_', editable=False, max_length=48, unique=True)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('prefix', models.CharField(max_length=16)),
                ('key_hash', models.CharField(max_length=64, unique=True)),
                ('scopes', models.JSONField(default=list)),
                ('allowed_assistants', models.JSONField(default=list)),
                ('monthly_budget_micro', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('origin', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='organisations.apikey')),
                ('successor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='organisations.apikey')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('service_account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.serviceaccount')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['organisation', '-created_at'], name='api_key_recent')],
                'constraints': [models.CheckConstraint(condition=models.Q(('user', None), ('service_account', None), _connector='XOR'), name='a_key_has_one_holder')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ShutDoor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'user'), name='one_shut_door_a_person')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='MembershipEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('public_id', models.CharField(max_length=48)),
                ('user', models.BigIntegerField(db_column='user_id')),
                ('custom_role', models.BigIntegerField(db_column='custom_role_id', null=True)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Administrator'), ('publisher', 'Publisher'), ('builder', 'Builder'), ('member', 'Member'), ('billing', 'Billing'), ('guest', 'Guest')], default=organisations.permissions.Role['MEMBER'], max_length=12)),
                ('suspended_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['organisation', 'id', 'pgh_id'], name='membership_event_of_row'), models.Index(condition=models.Q(('pgh_context__isnull', True)), fields=['pgh_id'], name='membership_event_direct')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_membershipevent" ("created_at", "custom_role_id", "id", "organisation_id", "pgh_context", "pgh_created_at", "pgh_label", "public_id", "role", "suspended_at", "user_id") VALUES (NEW."created_at", NEW."custom_role_id", NEW."id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."public_id", NEW."role", NEW."suspended_at", NEW."user_id"); RETURN NULL;', hash='77b2deb1c34243e49c88382ad23c2dcce5f243af', operation='INSERT', pgid='pgtrigger_insert_insert_ea1f9', table='organisations_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "organisations_membershipevent" ("created_at", "custom_role_id", "id", "organisation_id", "pgh_context", "pgh_created_at", "pgh_label", "public_id", "role", "suspended_at", "user_id") VALUES (NEW."created_at", NEW."custom_role_id", NEW."id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."public_id", NEW."role", NEW."suspended_at", NEW."user_id"); RETURN NULL;', hash='baf8744cdd9fa93c3b0a2fa082543511002e7fad', operation='UPDATE', pgid='pgtrigger_update_update_8973b', table='organisations_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_membershipevent" ("created_at", "custom_role_id", "id", "organisation_id", "pgh_context", "pgh_created_at", "pgh_label", "public_id", "role", "suspended_at", "user_id") VALUES (OLD."created_at", OLD."custom_role_id", OLD."id", OLD."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."public_id", OLD."role", OLD."suspended_at", OLD."user_id"); RETURN NULL;', hash='50c7874713a6dbeb17daa89c49b9982c8e01952b', operation='DELETE', pgid='pgtrigger_delete_delete_b591d', table='organisations_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='groupmembership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_groupmembershipevent" ("created_at", "group_id", "id", "membership_id", "organisation_id", "pgh_context", "pgh_created_at", "pgh_label") VALUES (NEW."created_at", NEW."group_id", NEW."id", NEW."membership_id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\'); RETURN NULL;', hash='1ec8590d2b687660e957a20e39f2e5193d8b0d07', operation='INSERT', pgid='pgtrigger_insert_insert_49b6f', table='organisations_groupmembership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='groupmembership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "organisations_groupmembershipevent" ("created_at", "group_id", "id", "membership_id", "organisation_id", "pgh_context", "pgh_created_at", "pgh_label") VALUES (NEW."created_at", NEW."group_id", NEW."id", NEW."membership_id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\'); RETURN NULL;', hash='21e6976feecfe084f64dcccff4fd6652ecf94971', operation='UPDATE', pgid='pgtrigger_update_update_7a141', table='organisations_groupmembership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='groupmembership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_groupmembershipevent" ("created_at", "group_id", "id", "membership_id", "organisation_id", "pgh_context", "pgh_created_at", "pgh_label") VALUES (OLD."created_at", OLD."group_id", OLD."id", OLD."membership_id", OLD."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\'); RETURN NULL;', hash='3f0ff34e6262450ceca08c81f530b367b624d8fe', operation='DELETE', pgid='pgtrigger_delete_delete_3b912', table='organisations_groupmembership', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='group',
            index=models.Index(fields=['organisation', '-created_at', '-id'], name='group_recent'),
        ),
        migrations.AddConstraint(
            model_name='group',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='one_group_a_name'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='grant',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_grantevent" ("created_at", "group_id", "id", "level", "membership_id", "organisation_id", "pgh_context", "pgh_created_at", "pgh_label", "public_id", "resource_id", "resource_type") VALUES (NEW."created_at", NEW."group_id", NEW."id", NEW."level", NEW."membership_id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."public_id", NEW."resource_id", NEW."resource_type"); RETURN NULL;', hash='466fad518a3183a758916a7fb7c95eedec0968d3', operation='INSERT', pgid='pgtrigger_insert_insert_4273b', table='organisations_grant', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='grant',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "organisations_grantevent" ("created_at", "group_id", "id", "level", "membership_id", "organisation_id", "pgh_context", "pgh_created_at", "pgh_label", "public_id", "resource_id", "resource_type") VALUES (NEW."created_at", NEW."group_id", NEW."id", NEW."level", NEW."membership_id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."public_id", NEW."resource_id", NEW."resource_type"); RETURN NULL;', hash='ece6e329e1fffd37356715d3bfabfd1fa7229e44', operation='UPDATE', pgid='pgtrigger_update_update_3a14a', table='organisations_grant', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='grant',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_grantevent" ("created_at", "group_id", "id", "level", "membership_id", "organisation_id", "pgh_context", "pgh_created_at", "pgh_label", "public_id", "resource_id", "resource_type") VALUES (OLD."created_at", OLD."group_id", OLD."id", OLD."level", OLD."membership_id", OLD."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."public_id", OLD."resource_id", OLD."resource_type"); RETURN NULL;', hash='214c953311aa8056f721fe90bb20704a992191f4', operation='DELETE', pgid='pgtrigger_delete_delete_b44fe', table='organisations_grant', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='customrole',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='one_custom_role_a_name'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customrole',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_customroleevent" ("created_at", "description", "id", "name", "organisation_id", "permissions", "pgh_context", "pgh_created_at", "pgh_label", "public_id") VALUES (NEW."created_at", NEW."description", NEW."id", NEW."name", NEW."organisation_id", NEW."permissions", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."public_id"); RETURN NULL;', hash='6b42c2cd2ba853d25497899a8e2171a844258b35', operation='INSERT', pgid='pgtrigger_insert_insert_54855', table='organisations_customrole', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customrole',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "organisations_customroleevent" ("created_at", "description", "id", "name", "organisation_id", "permissions", "pgh_context", "pgh_created_at", "pgh_label", "public_id") VALUES (NEW."created_at", NEW."description", NEW."id", NEW."name", NEW."organisation_id", NEW."permissions", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."public_id"); RETURN NULL;', hash='624f9d5e96f715858861da7b46bf8ae8d7d7ba6b', operation='UPDATE', pgid='pgtrigger_update_update_b052a', table='organisations_customrole', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customrole',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_customroleevent" ("created_at", "description", "id", "name", "organisation_id", "permissions", "pgh_context", "pgh_created_at", "pgh_label", "public_id") VALUES (OLD."created_at", OLD."description", OLD."id", OLD."name", OLD."organisation_id", OLD."permissions", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."public_id"); RETURN NULL;', hash='5c780b1b48ebdc565b59b953ddf400535e5a5e5e', operation='DELETE', pgid='pgtrigger_delete_delete_c8c80', table='organisations_customrole', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['organisation', '-created_at', '-id'], name='audit_recent'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['organisation', 'action', '-created_at', '-id'], name='audit_by_action'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['organisation', 'actor_label', '-created_at', '-id'], name='audit_by_person'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['organisation', 'target_id', '-created_at', '-id'], name='audit_by_target'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policy',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_policyevent" ("document", "id", "organisation_id", "pgh_context", "pgh_created_at", "pgh_label", "revision", "updated_at", "updated_by_id") VALUES (NEW."document", NEW."id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."revision", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;', hash='f226999c93f2ea07e0a59cc8fcc60f4347f46810', operation='INSERT', pgid='pgtrigger_insert_insert_e544b', table='organisations_policy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policy',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "organisations_policyevent" ("document", "id", "organisation_id", "pgh_context", "pgh_created_at", "pgh_label", "revision", "updated_at", "updated_by_id") VALUES (NEW."document", NEW."id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."revision", NEW."updated_at", NEW."updated_by_id"); RETURN NULL;', hash='38c641ef03414076a23fd964b56eafbd7ffb2c00', operation='UPDATE', pgid='pgtrigger_update_update_95133', table='organisations_policy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policy',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_policyevent" ("document", "id", "organisation_id", "pgh_context", "pgh_created_at", "pgh_label", "revision", "updated_at", "updated_by_id") VALUES (OLD."document", OLD."id", OLD."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."revision", OLD."updated_at", OLD."updated_by_id"); RETURN NULL;', hash='cca4cd605b3f6a30ec3fa224ef40ca6d9f9518e5', operation='DELETE', pgid='pgtrigger_delete_delete_a87d8', table='organisations_policy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apikey',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_apikeyevent" ("allowed_assistants", "created_at", "expires_at", "id", "monthly_budget_micro", "name", "organisation_id", "origin_id", "pgh_context", "pgh_created_at", "pgh_label", "prefix", "public_id", "revoked_at", "scopes", "service_account_id", "successor_id", "user_id") VALUES (NEW."allowed_assistants", NEW."created_at", NEW."expires_at", NEW."id", NEW."monthly_budget_micro", NEW."name", NEW."organisation_id", NEW."origin_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."prefix", NEW."public_id", NEW."revoked_at", NEW."scopes", NEW."service_account_id", NEW."successor_id", NEW."user_id"); RETURN NULL;', hash='3af00439cd72bacff346439343d07b708a539410', operation='INSERT', pgid='pgtrigger_insert_insert_fdca5', table='organisations_apikey', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apikey',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."allowed_assistants" IS DISTINCT FROM (NEW."allowed_assistants") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key_hash" IS DISTINCT FROM (NEW."key_hash") OR OLD."monthly_budget_micro" IS DISTINCT FROM (NEW."monthly_budget_micro") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."origin_id" IS DISTINCT FROM (NEW."origin_id") OR OLD."prefix" IS DISTINCT FROM (NEW."prefix") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."scopes" IS DISTINCT FROM (NEW."scopes") OR OLD."service_account_id" IS DISTINCT FROM (NEW."service_account_id") OR OLD."successor_id" IS DISTINCT FROM (NEW."successor_id") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "organisations_apikeyevent" ("allowed_assistants", "created_at", "expires_at", "id", "monthly_budget_micro", "name", "organisation_id", "origin_id", "pgh_context", "pgh_created_at", "pgh_label", "prefix", "public_id", "revoked_at", "scopes", "service_account_id", "successor_id", "user_id") VALUES (NEW."allowed_assistants", NEW."created_at", NEW."expires_at", NEW."id", NEW."monthly_budget_micro", NEW."name", NEW."organisation_id", NEW."origin_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."prefix", NEW."public_id", NEW."revoked_at", NEW."scopes", NEW."service_account_id", NEW."successor_id", NEW."user_id"); RETURN NULL;', hash='d15978eedf3f98524d72b808042f9eb0ad3f94ae', operation='UPDATE', pgid='pgtrigger_update_update_fc607', table='organisations_apikey', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apikey',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_apikeyevent" ("allowed_assistants", "created_at", "expires_at", "id", "monthly_budget_micro", "name", "organisation_id", "origin_id", "pgh_context", "pgh_created_at", "pgh_label", "prefix", "public_id", "revoked_at", "scopes", "service_account_id", "successor_id", "user_id") VALUES (OLD."allowed_assistants", OLD."created_at", OLD."expires_at", OLD."id", OLD."monthly_budget_micro", OLD."name", OLD."organisation_id", OLD."origin_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."prefix", OLD."public_id", OLD."revoked_at", OLD."scopes", OLD."service_account_id", OLD."successor_id", OLD."user_id"); RETURN NULL;', hash='416a22928a4d53847d3207fd03628d99ffc28ffe', operation='DELETE', pgid='pgtrigger_delete_delete_ed407', table='organisations_apikey', when='AFTER')),
        ),
    ]
