create or replace function kb_store.drifted_passages() returns bigint[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    -- a share of them at a time, so that no publication of a large base computes all weights anew: by a tenth more or
    -- less hardly any ranking differs
    select coalesce(array_agg(d.passage_id), '{}')
    from (
        select s.passage_id
        from (
            select total_length::real / greatest(passages, 1) as average from kb_store.lexical_statistic
        ) a
        join kb_store.served_passage s on s.pivot < greatest(a.average, 1) / 1.1 or s.pivot > greatest(a.average, 1) * 1.1
        limit 2000
    ) d
$$;

comment on function kb_store.drifted_passages is
    'Served texts whose weights rest on an average length that is no longer so; two thousand of them at most.';
