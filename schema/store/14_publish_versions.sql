create or replace function kb_store.publish_versions(of_run bigint, at timestamptz) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    insert into kb_store.entry (source_id, key, kind)
    select r.source_id, p.key, p.kind
    from kb_store.plan_entry p
    join kb_store.run r using (run_id)
    where p.run_id = of_run and p.entry_id is null;

    update kb_store.plan_entry p
    set entry_id = e.entry_id
    from kb_store.run r
    join kb_store.entry e using (source_id)
    where p.run_id = of_run and r.run_id = of_run and p.entry_id is null and e.key = p.key;

    -- its page moved: the entry goes along; what the same address is now read as follows too
    update kb_store.entry e
    set key = p.key, kind = p.kind, joined_into = null
    from kb_store.plan_entry p
    where p.run_id = of_run and e.entry_id = p.entry_id
        and (e.key, e.kind, e.joined_into) is distinct from (p.key, p.kind, null::bigint);

    update kb_store.version v
    set recorded = tstzrange(lower(v.recorded), at), closed_by = of_run, closed_reason = 'replaced'
    from kb_store.plan_entry p
    where p.run_id = of_run and p.action in ('changed', 'extended', 'shortened')
        and v.entry_id = p.entry_id and upper_inf(v.recorded);

    -- the same said in other places makes no version; where it stands is known all the same
    update kb_store.version v
    set evidence = p.evidence
    from kb_store.plan_entry p
    where p.run_id = of_run and p.action = 'unchanged'
        and v.entry_id = p.entry_id and upper_inf(v.recorded) and v.evidence is distinct from p.evidence;

    insert into kb_store.version (
        entry_id, recorded, valid, validity, url, title, description, language, category, price, price_before,
        currency, discount_percent, code, image_url, terms, evidence, content_hash, run_id
    )
    select p.entry_id, tstzrange(at, null), p.valid, p.validity, p.url, p.title, p.description, p.language, p.category,
        p.price, p.price_before, p.currency, p.discount_percent, p.code, p.image_url, p.terms, p.evidence,
        p.content_hash, of_run
    from kb_store.plan_entry p
    where p.run_id = of_run and p.action <> 'unchanged';

    insert into kb_store.version_variant (version_id, language, url, title, description, image_url, terms)
    select v.version_id, n.language, n.url, n.title, n.description, n.image_url, n.terms
    from kb_store.plan_entry p
    join kb_store.version v on v.entry_id = p.entry_id and upper_inf(v.recorded)
    join kb_store.plan_variant n on n.run_id = p.run_id and n.key = p.key
    where p.run_id = of_run and p.action <> 'unchanged';

    insert into kb_store.chunk (version_id, ordinal, heading, body, page, passage_id, valid, language)
    select v.version_id, c.ordinal, c.heading, c.body, c.page, t.passage_id, c.valid, c.language
    from kb_store.plan_entry p
    join kb_store.version v on v.entry_id = p.entry_id and upper_inf(v.recorded)
    join kb_store.plan_chunk c on c.run_id = p.run_id and c.key = p.key
    join kb_store.passage t on t.passage_sha256 = c.passage_sha256
    where p.run_id = of_run and p.action <> 'unchanged';
$$;

comment on function kb_store.publish_versions is 'Closes the versions a plan replaces and opens the new ones with their chunks.';
