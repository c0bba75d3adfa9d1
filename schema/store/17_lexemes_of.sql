create or replace function kb_store.lexemes_of(written text[]) returns setof tsvector
language sql immutable parallel safe rows 1000
as $$
    with text as materialized (
        select t.place, kb_store.plain_text(t.written) as plain from unnest(written) with ordinality t(written, place)
    )
    select kb_store.latin_lexemes(t.plain) || coalesce(a.terms, '')
    from text t
    left join kb_store.arabic_lexemes(array(select o.plain from text o order by o.place)) a using (place)
    order by t.place
$$;

comment on function kb_store.lexemes_of is
    'kb_store.lexemes of each of many texts, in their order: where they are Arabic, in half the time or less.';
