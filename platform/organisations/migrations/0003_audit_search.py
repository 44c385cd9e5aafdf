from typing import ClassVar

from django.db import migrations

# Every word of an entry: runs of letters and digits, and each Chinese, Japanese or Korean character by itself. The
# organisation is a word too, one that nobody can write, so that the index never walks through others' entries.
WORDS = r"""
CREATE FUNCTION bottega_audit_words(organisation bigint, VARIADIC parts text[]) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
  SELECT array_to_tsvector(array_append(array_remove(regexp_split_to_array(
    regexp_replace(
      regexp_replace(lower(array_to_string(parts, ' ')), '[^[:alnum:]]+', ' ', 'g'),
      '([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]|[[:alnum:]]{60})', ' \1 ', 'g'),
    '\s+'), ''), 'org ' || organisation))
$$
"""
ENTRY = (
    "bottega_audit_words(organisation_id, actor_label, staff_label, action, target_type, target_id, target_label,"
    " request_id, host(ip), left(detail::text, 4000), left(before::text, 4000), left(after::text, 4000))"
)
INDEX = f"CREATE INDEX audit_words ON organisations_auditentry USING gin ({ENTRY})"
# Row-level security keeps the planner from using an index of words, since their operator might tell something about
# rows that it is shown. So this is called by the role that it does not bind, and applies the same condition by itself.
HITS = f"""
    WITH hits AS MATERIALIZED (
      SELECT id, created_at FROM organisations_auditentry
      WHERE organisation_id = own AND {ENTRY} @@ query
        AND (wanted_action IS NULL OR action = wanted_action)
        AND (wanted_person IS NULL OR actor_label = wanted_person)
        AND (wanted_target IS NULL OR target_id = wanted_target)
        AND (since IS NULL OR created_at >= since) AND (until IS NULL OR created_at < until)
        AND (before_at IS NULL OR (created_at, id) < (before_at, before_id)) {{window}})
    SELECT hits.id FROM hits ORDER BY hits.created_at DESC, hits.id DESC LIMIT most
"""  # noqa: S608 - made of constants
MATCHES = f"""
CREATE FUNCTION bottega_audit_matches(words text, wanted_action text, wanted_person text, wanted_target text,
    since timestamptz, until timestamptz, before_at timestamptz, before_id bigint, most bigint) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 1000 SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  found bigint[];
  own bigint := NULLIF(current_setting('bottega.organisation', true), '')::bigint;
  query tsquery := (
    SELECT string_agg(quote_literal(lexeme) || CASE WHEN length(lexeme) > 1 THEN ':*' ELSE '' END, ' & ')
    FROM unnest(bottega_audit_words(0, words)) WHERE lexeme <> 'org 0')::tsquery;
  window_start timestamptz;
BEGIN
  query := coalesce(query && quote_literal('org ' || own)::tsquery, quote_literal('org ' || own)::tsquery);
  -- A word that every line holds is found often enough among the newest lines: no need to read all of them.
  SELECT created_at INTO window_start FROM organisations_auditentry
    WHERE organisation_id = own AND (before_at IS NULL OR created_at <= before_at)
    ORDER BY created_at DESC OFFSET 20000 LIMIT 1;
  IF window_start IS NOT NULL THEN
    found := ARRAY({HITS.format(window="AND created_at >= window_start")});
    IF cardinality(found) >= most THEN
      RETURN QUERY SELECT unnest(found);
      RETURN;
    END IF;
  END IF;
  RETURN QUERY {HITS.format(window="")};
END $$
"""  # noqa: S608 - made of constants
FORGET = (
    "DROP FUNCTION bottega_audit_matches"
    "(text, text, text, text, timestamptz, timestamptz, timestamptz, bigint, bigint)"
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("organisations", "0002_walls")]

    operations: ClassVar = [
        migrations.RunSQL(WORDS, "DROP FUNCTION bottega_audit_words(bigint, text[])"),
        migrations.RunSQL(INDEX, "DROP INDEX audit_words"),
        migrations.RunSQL(MATCHES, FORGET),
    ]
