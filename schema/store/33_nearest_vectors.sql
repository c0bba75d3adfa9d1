-- settings of an extension are known once it is loaded: only then may others than a superuser tie them to a function
select '[1]'::vector;

create or replace function kb_store.nearest_vectors(
    at timestamptz, direction vector, covered text[], wanted kb_store.wanted, most int
) returns kb_store.leg[]
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
set jit = off
-- walks on through the index until enough of what it meets is live and wanted
set hnsw.iterative_scan = relaxed_order
set hnsw.ef_search = 200
set hnsw.max_scan_tuples = 40000
set hnsw.scan_mem_multiplier = 4
as $$
declare
    active kb_store.model;
    found kb_store.leg[];
begin
    select m.* into strict active from kb_store.model m where m.active;
    if active.indexed_to = 0 then
        return kb_store.compared_vectors(direction, most);
    end if;
    -- the numbers of the active model stand in the statement itself, and nothing else ever does: only then is it known to
    -- be answered by the index. What the index does not hold yet is compared one by one
    execute format(
        $sql$
        with live as not materialized (
            select c.passage_id
            from kb_store.served_chunk c
            join kb_store.served_entry e using (entry_id)
            where kb_store.is_live(e.valid, e.ttl, e.verified_at, $1)
                and (c.valid is null or c.valid @> $1)
                and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, $4)
                and (($4).language is null or c.language = ($4).language)
                and ($3 = '{}' or c.language = any ($3 || array['und']))
        ),
        indexed as materialized (
            select v.passage_id, v.vector::halfvec(%1$s) <=> $2::halfvec(%1$s) as distance
            from kb_store.served_vector v
            where v.model_id = %2$s and v.passage_id <= %3$s
                and exists (select from live l where l.passage_id = v.passage_id)
            order by v.vector::halfvec(%1$s) <=> $2::halfvec(%1$s)
            limit 100
        ),
        later as materialized (
            select n.passage_id, n.distance
            from (
                select v.passage_id, v.vector <=> $2::halfvec as distance
                from kb_store.served_vector v
                where v.model_id = %2$s and v.passage_id > %3$s
                order by 2
                limit greatest($5, 2000)
            ) n
            where exists (select from live l where l.passage_id = n.passage_id)
            order by n.distance
            limit 100
        )
        select array(
            select (n.passage_id, 1 - n.distance)::kb_store.leg
            from (select * from indexed union all select * from later) n
            order by n.distance
            limit 100
        )
        $sql$,
        active.dimensions, active.model_id, active.indexed_to
    ) into found using at, direction, covered, wanted, most;
    return found;
end
$$;

comment on function kb_store.nearest_vectors is
    'The texts nearest to a query by its vector: a hundred of those live and wanted by the active model''s index, fewer when
    too few of the nearest are; without an index as many as it is worth asking of, live and wanted or not.';
