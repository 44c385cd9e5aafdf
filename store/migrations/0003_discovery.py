"""Entries of the public store follow what is published, and the functions that search them."""

from typing import ClassVar

from django.db import migrations

from store.migrations import _entries as entries
from store.migrations import _front as front
from store.migrations import _meaning as meaning
from store.migrations import _search as search


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0002_walls")]

    operations: ClassVar = [
        migrations.RunSQL(entries.MARKS, "DROP FUNCTION store_marks"),
        migrations.RunSQL(entries.KEEP, "DROP FUNCTION store_keep_entries"),
        migrations.RunSQL(entries.TRIGGERS, entries.DROP),
        migrations.RunSQL(search.EXPECTED, "DROP FUNCTION store_expected"),
        migrations.RunSQL(search.SHARES, "DROP FUNCTION store_use_shares"),
        migrations.RunSQL(search.CANDIDATES, "DROP FUNCTION store_candidates"),
        migrations.RunSQL(front.FRONT, "DROP FUNCTION store_front"),
        migrations.RunSQL(search.LIKELY, "DROP FUNCTION store_likely_words"),
        migrations.RunSQL(meaning.FOLLOW, meaning.DROP_FOLLOW),
        migrations.RunSQL(meaning.INDEX, meaning.DROP_INDEX),
        migrations.RunSQL(meaning.MEANT, "DROP FUNCTION store_meant"),
    ]
