create or replace function kb_store.are_many(at timestamptz, wanted kb_store.wanted) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set jit = off
as $$
declare
    -- below, what is wanted is looked up; above, all is gone through, or the index, and of the nearest alone is asked
    -- whether they are wanted. About where both take as long, at 5,000 texts and at 200,000
    few constant bigint := (
        select greatest(least(s.passages / 4, 5000), 100) from kb_store.lexical_statistic s
    );
begin
    if (wanted).category is null and (wanted).language is null and (wanted).kind is null
        and (wanted).min_price is null and (wanted).max_price is null
        and cardinality((wanted).sources) = (select count(*) from kb_store.source)
    then
        return true; -- what is over does not stay in service for long: nearly all is live
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
    'Are so many chunks live and wanted that it is quicker to ask it of the nearest than to look them all up?';
