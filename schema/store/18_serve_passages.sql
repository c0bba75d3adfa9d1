create or replace function kb_store.serve_passages(touched bigint[]) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
declare
    entering bigint[];
    leaving bigint[];
    missing bigint;
begin
    select array_agg(t) into entering
    from (select distinct unnest(touched) t) x
    where exists (select from kb_store.served_chunk c where c.passage_id = t)
        and not exists (select from kb_store.served_passage s where s.passage_id = t);
    select array_agg(s.passage_id) into leaving
    from kb_store.served_passage s
    where s.passage_id = any (touched)
        and not exists (select from kb_store.served_chunk c where c.passage_id = s.passage_id);
    if entering is null and leaving is null then
        return;
    end if;

    perform kb_store.leave_passages(leaving);
    perform kb_store.enter_passages(entering);
    perform kb_store.weigh_passages(kb_store.drifted_passages());

    insert into kb_store.served_vector (model_id, passage_id, vector)
    select m.model_id, p.passage_id, e.vector
    from kb_store.passage p
    join kb_store.embedding e using (passage_sha256)
    join kb_store.model m using (model_id)
    where p.passage_id = any (entering) and m.active;
    select count(*) into missing
    from unnest(entering) t
    where exists (select from kb_store.model where active)
        and not exists (
            select from kb_store.served_vector v join kb_store.model m using (model_id) where m.active and v.passage_id = t
        );
    if missing > 0 then
        raise exception '% texts have no vector of the active model; nothing was published', missing
            using errcode = 'KB004', hint = 'Run the sync again: it embeds what is missing.';
    end if;
end
$$;

comment on function kb_store.serve_passages is
    'Brings texts into service and out of it, with their vectors, term weights and the statistics of BM25.';
