create or replace function kb_store.text_of(of_version bigint, wanted text)
returns table (language text, url text, title text, description text, image_url text, terms text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(n.language, v.language), coalesce(n.url, v.url), coalesce(n.title, v.title),
        case when n.language is null then v.description else n.description end,
        coalesce(n.image_url, v.image_url),
        case when n.language is null then v.terms else n.terms end
    from kb_store.version v
    left join kb_store.version_variant n on n.version_id = v.version_id and n.language = wanted
    where v.version_id = of_version
$$;

comment on function kb_store.text_of is 'What a version says in a language it has; in its own when it has not, or none is wanted.';
