create or replace function kb_store.asked_vector(query text, given vector) returns vector
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    given_model constant text := nullif(current_setting('kb.model', true), '');
    active kb_store.model;
begin
    select m.* into active from kb_store.model m where m.active;
    if given is null then
        return case when kb_store.covered_languages(query) is not null then kb_store.query_vector(query) end;
    end if;
    if active.model_id is null then
        raise exception 'this base has no embedding model yet: there is nothing to compare an embedding with'
            using errcode = '22023', hint = 'Search without one, or sync a source first.';
    end if;
    -- whoever embeds a query can say by which model: a switch in between is then an error, never a wrong comparison
    if given_model not in (active.name, active.identity) then
        raise exception 'the embedding is of model %, queries are compared with %', given_model, active.name
            using errcode = 'KB005', hint = 'Embed the query with that model: select * from kb.active_model()';
    end if;
    if vector_dims(given) <> active.dimensions then
        raise exception 'the embedding has % dimensions; the active model''s have %', vector_dims(given), active.dimensions
            using errcode = '22023', hint = 'select * from kb.active_model()';
    end if;
    if vector_norm(given) = 0 then
        raise exception 'the embedding is all zeros: it points nowhere' using errcode = '22023';
    end if;
    return l2_normalize(given);
end
$$;

comment on function kb_store.asked_vector is
    'The unit vector a query is compared by: the one given, if it can be one of the active model''s, else one made of the'
    ' query''s words where that model covers its language; null: none is to be had.';
