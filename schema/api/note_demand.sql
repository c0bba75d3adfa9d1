create or replace function kb.note_demand(query text, language text default null, best_score real default null) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set standard_conforming_strings = on -- whatever the session says, patterns are read as they are written
as $$
#variable_conflict use_column
declare
    at constant timestamptz := clock_timestamp();
    today constant date := (at at time zone 'UTC')::date;
    said text;
    words text;
    of_question bytea;
    before bigint;
begin
    perform kb_store.check_limits(note_demand.query, 1, 1);
    said := kb_store.without_particulars(note_demand.query);
    select string_agg(l, ' ' order by l) into words from unnest(tsvector_to_array(kb_store.lexemes(said))) l;
    if words is null or not (select d.enabled from kb_store.demand_setting d)
        -- whoever asks at random must not fill the disk
        or exists (select from kb_store.demand d where d.day = today offset 10000)
    then
        return;
    end if;
    of_question := sha256(convert_to((select d.salt from kb_store.demand_setting d) || words, 'UTF8'));
    select coalesce(sum(d.asked), 0) into before from kb_store.demand d where d.question_sha256 = of_question;
    insert into kb_store.demand as d (day, language, question_sha256, asked, unanswered, best_score, question)
    values (
        today, kb_store.language_asked(note_demand.query, note_demand.language), of_question, 1,
        (best_score is null)::int, least(greatest(coalesce(best_score, 0), 0), 1),
        -- what was asked once or twice may be of one person: its words are not kept
        case when before >= 2 then said end
    )
    on conflict (day, question_sha256, language) do update
    set asked = d.asked + 1, unanswered = d.unanswered + excluded.unanswered,
        best_score = greatest(d.best_score, excluded.best_score), question = coalesce(excluded.question, d.question);
end
$$;

comment on function kb.note_demand is
    'Notes that a question had no answer (best_score null) or a weak one, for `freshet demand`: kept without personal data, or'
    ' not at all where the project''s settings say so.';
