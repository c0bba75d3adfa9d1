create or replace function kb_store.source_profiles(of_source int)
returns table (language text, pages int, titles text[], anchors bigint[], classes bigint[], types text[], ended real)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    with own as materialized (
        -- the latest few hundred believed pages of each language tell as much as all
        select s.language, s.features
        from (
            select r.language, r.features,
                row_number() over (partition by r.language order by p.last_verified desc nulls last, p.page_id) as place
            from kb_store.page p
            join kb_store.reading r using (reading_id)
            where p.source_id = of_source and r.features is not null
        ) s
        where s.place <= 200
    ),
    sized as (
        select o.language, count(*) as pages, avg((o.features ->> 'ended')::boolean::int)::real as ended
        from own o
        group by o.language
    ),
    shared as (
        select o.language, f.name, v.value
        from own o
        join sized s using (language)
        cross join lateral unnest(array['titles', 'anchors', 'classes', 'types']) f (name)
        cross join lateral jsonb_array_elements_text(o.features -> f.name) v
        group by o.language, f.name, v.value, s.pages
        having count(*) >= s.pages * 0.6
    )
    select s.language, s.pages::int,
        coalesce(array_agg(h.value) filter (where h.name = 'titles'), '{}'),
        coalesce(array_agg(h.value::bigint) filter (where h.name = 'anchors'), '{}'),
        coalesce(array_agg(h.value::bigint) filter (where h.name = 'classes'), '{}'),
        coalesce(array_agg(h.value) filter (where h.name = 'types'), '{}'),
        s.ended
    from sized s
    left join shared h using (language)
    -- what one or two pages share is those pages
    where s.pages >= 3
    group by s.language, s.pages, s.ended
$$;

comment on function kb_store.source_profiles is
    'What most believed pages of a source share, by language: titles, anchors, classes, types, whether their source is closed.';
