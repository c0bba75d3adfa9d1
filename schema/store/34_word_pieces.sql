create or replace function kb_store.word_pieces(of_model int, word text) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    longest constant int := (select t.longest from kb_store.query_table t where t.model_id = of_model);
    place int := 1;
    found text;
    pieces text[] := '{}';
begin
    -- the longest piece that fits, one after the other, as WordPiece has it; where none goes on, the longest that
    -- begins a word; a character that has no piece is passed over
    while place <= length(word) loop
        select p.piece into found
        from generate_series(1, least(longest, length(word) - place + 1)) as n
        join kb_store.query_piece p on p.model_id = of_model
            and p.piece in (substr(word, place, n), case when place > 1 then '-' || substr(word, place, n) end)
        order by p.piece like '-%' desc, n desc
        limit 1;
        if found is not null then
            pieces := pieces || found;
        end if;
        place := place + greatest(length(ltrim(found, '-')), 1);
    end loop;
    return pieces;
end
$$;

comment on function kb_store.word_pieces is
    'A word as the pieces a model''s query table knows it by; those that go on within a word begin with a hyphen.';
