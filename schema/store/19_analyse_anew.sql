create or replace function kb_store.analyse_anew() returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if not exists (select from kb_store.passage where analysis <> kb_store.analysis()) then
        return;
    end if;
    perform from kb_store.lexical_statistic for update;
    update kb_store.passage
    set terms = kb_store.lexemes(content), analysis = kb_store.analysis()
    where analysis <> kb_store.analysis();
    insert into kb_store.lexeme (lexeme)
    select distinct t.lexeme from kb_store.passage p cross join lateral unnest(p.terms) t
    on conflict do nothing;
    update kb_store.lexeme l
    set passages = n.passages
    from (
        select l.lexeme_id, count(t.passage_id)::int as passages
        from kb_store.lexeme l
        left join (
            select s.passage_id, t.lexeme
            from kb_store.served_passage s
            join kb_store.passage p using (passage_id)
            cross join lateral unnest(p.terms) t
        ) t using (lexeme)
        group by l.lexeme_id
    ) n
    where n.lexeme_id = l.lexeme_id and n.passages <> l.passages;
    update kb_store.served_passage s
    set length = kb_store.length_in_lexemes(p.terms)
    from kb_store.passage p
    where p.passage_id = s.passage_id;
    update kb_store.lexical_statistic
    set total_length = (select coalesce(sum(length), 0) from kb_store.served_passage);
    perform kb_store.weigh_passages(array(select passage_id from kb_store.served_passage));
end
$$;

comment on function kb_store.analyse_anew is
    'Makes the lexemes of every text anew that another state of kb_store.lexemes made, with all that rests on them.';

-- a base that was served by an older release finds its words at once
select kb_store.analyse_anew();
