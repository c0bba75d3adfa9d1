create or replace function kb_store.thin_verifications(at timestamptz) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    week_ago constant timestamptz := date_trunc('day', thin_verifications.at, 'UTC') - interval '168 hours';
    since timestamptz;
begin
    select c.done_until into since from kb_store.chore c where c.name = 'thin verifications';
    if since >= week_ago then
        return;
    end if;
    delete from kb_store.verification v
    where v.known_at >= coalesce(since, '-infinity') and v.known_at < week_ago
        and exists (
            select from kb_store.verification n
            where n.entry_id = v.entry_id and n.known_at > v.known_at
                and n.known_at < date_trunc('day', v.known_at, 'UTC') + interval '24 hours'
        );
    insert into kb_store.chore (name, done_until) values ('thin verifications', week_ago)
    on conflict (name) do update set done_until = excluded.done_until;
end
$$;

comment on function kb_store.thin_verifications is
    'Keeps of the looks of more than a week ago the last of each day; once a day, whoever calls how often.';
