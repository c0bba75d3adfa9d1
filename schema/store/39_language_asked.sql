create or replace function kb_store.language_asked(query text, wanted text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when wanted ~ '^[a-z]{2,8}$' then wanted
        when found.least = found.greatest then found.least
        else 'und'
    end
    -- the only language served that is written so
    from (
        select min(c.language) as least, max(c.language) as greatest
        from kb_store.served_chunk c
        where c.language <> 'und' and kb_store.is_in_script(query, c.language)
    ) found
$$;

comment on function kb_store.language_asked is 'In which language a question was asked, as far as its letters and the base tell.';
