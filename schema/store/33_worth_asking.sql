create or replace function kb_store.worth_asking(at timestamptz, wanted kb_store.wanted) returns int
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_custom_plan
set jit = off
as $$
declare
    texts constant int := (select s.passages from kb_store.lexical_statistic s);
    -- below, what is wanted is looked up; above, all is gone through, or the index, and of the nearest alone is asked
    -- whether they are wanted. About where both take as long, at 5,000 texts and at 200,000
    few constant int := greatest(least(texts / 4, 5000), 100);
    everything constant boolean := (wanted).category is null and (wanted).language is null
        and (wanted).kind is null and (wanted).min_price is null and (wanted).max_price is null
        and cardinality((wanted).sources) = (select count(*) from kb_store.source);
begin
    if everything then
        return 250; -- what is over does not stay in service for long: nearly all is live
    end if;
    -- counted no further than needed: at once when most are wanted, by the filter's index when hardly any are
    return case when few < (
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
    )
    -- enough to meet a hundred among them: one in four is wanted, or one in forty of many
    then greatest(texts / 50, 500) else 0 end;
end
$$;

comment on function kb_store.worth_asking is
    'Of how many of the texts nearest to a query it is asked whether they are live and wanted; 0: so few are that it is'
    ' quicker to look them all up.';
