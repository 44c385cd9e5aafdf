"""SQL that keeps the public store's entries in step with listings, publications and organisations."""

# Everybody's right to read is a constant: it costs no query anything, and lets the index on words be used. A condition
# would hide it: `@@` is not leakproof, so that it would be asked only after the policy, row by row.
READ_BY_ALL = "true"

# Runs as whoever writes: in their organisation's scope, or across all. Both see the listing's own publication.
KEEP = r"""
CREATE FUNCTION store_keep_entries(keys bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $keep$
DECLARE
    live bigint[];
BEGIN
    live := ARRAY(
        SELECT l.id FROM store_listing l JOIN building_publication p ON p.id = l.publication_id
            JOIN organisations_organisation o ON o.id = l.organisation_id
        WHERE l.id = ANY(keys) AND l.state = 'live' AND l.visibility = 'public' AND p.state = 'live'
            AND p.visibility = 'public' AND o.suspended_at IS NULL);
    IF cardinality(live) < cardinality(keys) THEN
        DELETE FROM store_entrywords w WHERE w.listing_id = ANY(keys) AND NOT w.listing_id = ANY(live);
        DELETE FROM store_entry e WHERE e.listing_id = ANY(keys) AND NOT e.listing_id = ANY(live);
    END IF;
    INSERT INTO store_entry (
        listing_id, organisation_id, public_id, slug, picture_seed, name, tagline, creator_name, category, language, tongue,
        hosts, calls_outside, writes_outside, model_family, is_verified, is_free, price_kind, price_amount, in_pool, featured, version_number, conversations,
        installs, trend, stars, reviews_count, rating, live_at, updated_at)
    SELECT l.id, l.organisation_id, l.public_id, p.slug, p.picture_seed, l.name, l.tagline, l.creator_name, l.category,
        l.language, left(lower(split_part(l.language, '-', 1)), 8),
        CASE jsonb_typeof(p.disclosure -> 'hosts') WHEN 'array' THEN jsonb_array_length(p.disclosure -> 'hosts') ELSE 0 END,
        l.calls_outside, l.writes_outside, l.model_family, l.is_verified, l.is_free, l.price_kind, l.price_amount, l.in_pool, l.featured, l.version_number,
        l.conversations, l.installs, l.trend, l.stars, l.reviews_count, l.rating, coalesce(l.live_at, l.created_at), l.updated_at
    FROM store_listing l JOIN building_publication p ON p.id = l.publication_id
    WHERE l.id = ANY(live) ORDER BY l.id
    ON CONFLICT (listing_id) DO UPDATE SET
        slug = EXCLUDED.slug, picture_seed = EXCLUDED.picture_seed, name = EXCLUDED.name, tagline = EXCLUDED.tagline,
        creator_name = EXCLUDED.creator_name, category = EXCLUDED.category, language = EXCLUDED.language,
        tongue = EXCLUDED.tongue, hosts = EXCLUDED.hosts, calls_outside = EXCLUDED.calls_outside,
        writes_outside = EXCLUDED.writes_outside, model_family = EXCLUDED.model_family, is_verified = EXCLUDED.is_verified,
        is_free = EXCLUDED.is_free, price_kind = EXCLUDED.price_kind, price_amount = EXCLUDED.price_amount,
        in_pool = EXCLUDED.in_pool, featured = EXCLUDED.featured, version_number = EXCLUDED.version_number,
        conversations = EXCLUDED.conversations, installs = EXCLUDED.installs, trend = EXCLUDED.trend, stars = EXCLUDED.stars,
        reviews_count = EXCLUDED.reviews_count, rating = EXCLUDED.rating, live_at = EXCLUDED.live_at,
        updated_at = EXCLUDED.updated_at;
    INSERT INTO store_entrywords AS w (listing_id, organisation_id, words)
    SELECT e.listing_id, e.organisation_id, coalesce(l.search, ''::tsvector) || store_marks(e)
    FROM store_entry e JOIN store_listing l ON l.id = e.listing_id
    WHERE e.listing_id = ANY(live) ORDER BY e.listing_id
    ON CONFLICT (listing_id) DO UPDATE SET words = EXCLUDED.words WHERE w.words IS DISTINCT FROM EXCLUDED.words;
    IF NOT FOUND THEN RETURN; END IF;
    -- In one order, so that two who write the same new words never wait for each other.
    INSERT INTO store_storeword (word)
    SELECT DISTINCT found.part[1] FROM store_listing l, LATERAL (
        SELECT regexp_matches(lower(l.name || ' ' || l.tagline || ' ' || l.creator_name), '[[:alpha:]]{2,24}', 'g')
        UNION ALL SELECT regexp_matches(lower(l.description), '\m[a-z]{4,24}\M', 'g')) found (part)
    WHERE l.id = ANY(live) ORDER BY 1 ON CONFLICT DO NOTHING;
END $keep$
"""

# What an entry is filtered by, and how much it is used: `:u3` says at least 4^3 chats and pins. A word and a mark together
# give the most used listings that say it, without reading the others.
MARKS = """
CREATE FUNCTION store_marks(e store_entry) RETURNS tsvector LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, pg_temp AS $marks$
    SELECT array_to_tsvector(array_remove(
        ARRAY[':c' || e.category, ':l' || e.tongue, ':m' || e.model_family, CASE WHEN e.is_free THEN ':free' ELSE ':paid' END, CASE WHEN e.in_pool THEN ':pool' END,
            CASE WHEN e.is_verified THEN ':verified' END, CASE WHEN e.calls_outside THEN ':calls' ELSE ':quiet' END,
            CASE WHEN NOT e.writes_outside THEN ':reads' END]
        || ARRAY(SELECT ':u' || n FROM generate_series(0, 11) n WHERE e.conversations::bigint + e.installs >= 4 ^ n), NULL))
$marks$
"""

TRIGGERS = """
CREATE FUNCTION store_follow_listing() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $f$
BEGIN
    IF NEW.visibility = 'public' AND NEW.state = 'live' THEN
        PERFORM store_keep_entries(ARRAY[NEW.id]);
    ELSIF TG_OP = 'UPDATE' AND OLD.visibility = 'public' AND OLD.state = 'live' THEN
        PERFORM store_keep_entries(ARRAY[NEW.id]);
    END IF;
    RETURN NULL;
END $f$;
CREATE TRIGGER store_entry AFTER INSERT OR UPDATE ON store_listing FOR EACH ROW EXECUTE FUNCTION store_follow_listing();

CREATE FUNCTION store_leave_listing() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $f$
BEGIN
    DELETE FROM store_entrywords WHERE listing_id = OLD.id;
    DELETE FROM store_entry WHERE listing_id = OLD.id;
    RETURN NULL;
END $f$;
CREATE TRIGGER store_entry_gone AFTER DELETE ON store_listing FOR EACH ROW EXECUTE FUNCTION store_leave_listing();

CREATE FUNCTION store_follow_publication() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $f$
BEGIN
    PERFORM store_keep_entries(array_agg(l.id)) FROM store_listing l
    WHERE l.publication_id = NEW.id AND l.visibility = 'public' AND l.state = 'live'
    HAVING count(*) > 0;
    RETURN NULL;
END $f$;
CREATE TRIGGER store_entry AFTER UPDATE OF state, visibility, slug, picture_seed, disclosure ON building_publication
FOR EACH ROW WHEN ((OLD.state, OLD.visibility, OLD.slug, OLD.picture_seed, OLD.disclosure)
    IS DISTINCT FROM (NEW.state, NEW.visibility, NEW.slug, NEW.picture_seed, NEW.disclosure))
EXECUTE FUNCTION store_follow_publication();

CREATE FUNCTION store_follow_organisation() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $f$
BEGIN
    PERFORM store_keep_entries(array_agg(l.id)) FROM store_listing l
    WHERE l.organisation_id = NEW.id AND l.visibility = 'public' AND l.state = 'live'
    HAVING count(*) > 0;
    RETURN NULL;
END $f$;
CREATE TRIGGER store_entry AFTER UPDATE OF suspended_at ON organisations_organisation
FOR EACH ROW WHEN (OLD.suspended_at IS DISTINCT FROM NEW.suspended_at) EXECUTE FUNCTION store_follow_organisation();

CREATE FUNCTION store_count_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $f$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.category = NEW.category THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO store_tally AS t (category, slot, listings) VALUES (OLD.category, pg_backend_pid() % 4, -1)
        ON CONFLICT (category, slot) DO UPDATE SET listings = t.listings - 1;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO store_tally AS t (category, slot, listings) VALUES (NEW.category, pg_backend_pid() % 4, 1)
        ON CONFLICT (category, slot) DO UPDATE SET listings = t.listings + 1;
    END IF;
    RETURN NULL;
END $f$;
CREATE TRIGGER store_tally AFTER INSERT OR DELETE OR UPDATE OF category ON store_entry
FOR EACH ROW EXECUTE FUNCTION store_count_entry();
"""

DROP = """
DROP TRIGGER store_entry ON store_listing; DROP TRIGGER store_entry_gone ON store_listing;
DROP TRIGGER store_entry ON building_publication; DROP TRIGGER store_entry ON organisations_organisation;
DROP TRIGGER store_tally ON store_entry;
DROP FUNCTION store_follow_listing; DROP FUNCTION store_leave_listing; DROP FUNCTION store_follow_publication;
DROP FUNCTION store_follow_organisation; DROP FUNCTION store_count_entry;
"""
