create or replace function kb_store.reopen_versions(of_run bigint, at timestamptz, which bigint[]) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- a copy each: what was believed when stays as it was
    insert into kb_store.version (
        entry_id, recorded, valid, validity, url, title, description, language, category, price, price_before,
        currency, discount_percent, code, image_url, terms, evidence, content_hash, run_id
    )
    select v.entry_id, tstzrange(reopen_versions.at, null), v.valid, v.validity, v.url, v.title, v.description, v.language,
        v.category, v.price, v.price_before, v.currency, v.discount_percent, v.code, v.image_url, v.terms, v.evidence,
        v.content_hash, of_run
    from kb_store.version v
    where v.version_id = any (which);

    insert into kb_store.version_variant (version_id, language, url, title, description, image_url, terms)
    select n.version_id, t.language, t.url, t.title, t.description, t.image_url, t.terms
    from kb_store.version v
    join kb_store.version n on n.entry_id = v.entry_id and upper_inf(n.recorded)
    join kb_store.version_variant t on t.version_id = v.version_id
    where v.version_id = any (which);

    insert into kb_store.chunk (version_id, ordinal, heading, body, page, passage_id, valid, language)
    select n.version_id, c.ordinal, c.heading, c.body, c.page, c.passage_id, c.valid, c.language
    from kb_store.version v
    join kb_store.version n on n.entry_id = v.entry_id and upper_inf(n.recorded)
    join kb_store.chunk c on c.version_id = v.version_id
    where v.version_id = any (which);

    update kb_store.entry e
    set joined_into = null
    from kb_store.version v
    where v.version_id = any (which) and e.entry_id = v.entry_id and e.joined_into is not null;
$$;

comment on function kb_store.reopen_versions is 'Makes closed versions what is believed of their entries again, of which nothing is believed now.';
