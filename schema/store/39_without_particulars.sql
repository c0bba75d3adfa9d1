create or replace function kb_store.without_particulars(query text) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
    with plain as (
        select regexp_replace(
            translate(lower(query), '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '01234567890123456789'),
            -- what shows nothing or turns the direction of writing
            '[[:cntrl:]\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+', ' ', 'g'
        ) as said
    )
    select left(btrim(regexp_replace(
        regexp_replace(
            -- addresses of mail and of pages, names of accounts
            regexp_replace(said, '\S*@\S*|(https?://|www\.)\S*', ' ', 'g'),
            -- numbers of telephones, orders, plates and cards, however they are broken up; years go with them
            '\+?\d([ ().-]{0,2}\d){3,}', '#', 'g'
        ),
        '\s+', ' ', 'g'
    )), 200)
    from plain
$$;

comment on function kb_store.without_particulars is
    'A question without addresses and without numbers of four digits or more, which could tell who asked it.';
