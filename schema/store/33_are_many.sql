create or replace function kb_store.are_many(at timestamptz, wanted kb_store.wanted) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set jit = off
as $$
declare
    -- about where walking the index takes as long as comparing each
    few constant int := 5000;
begin
    if (select s.passages from kb_store.lexical_statistic s) <= few then
        return false;
    end if;
    -- counted no further than needed: at once when most are wanted, by the filter's index when hardly any are
    return few < (
        select count(*)
        from (
            select
            from kb_store.served_entry e
            join kb_store.served_chunk c using (entry_id)
            where kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
                and (c.valid is null or c.valid @> at)
                and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
                and ((wanted).language is null or c.language = (wanted).language)
            limit few + 1
        ) n
    );
end
$$;

comment on function kb_store.are_many is
    'Are more chunks live and wanted than are compared one by one? The rest is answered by the index of vectors.';
