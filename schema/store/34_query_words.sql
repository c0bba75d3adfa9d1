create or replace function kb_store.query_words(query text) returns text[]
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
-- Signs above and below letters go, as do presentation forms; what separates words is listed by code points, so that
-- the words are the same whatever locale the database has. Ideographs are words of their own.
return array_remove(
    regexp_split_to_array(
        regexp_replace(
            regexp_replace(
                normalize(lower(query), NFKD), '[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]', '', 'g'
            ),
            '([\u3400-\u9fff])', ' \1 ', 'g'
        ),
        '[\u0001-/:-@\[-`{-\u00bf\u00d7\u00f7\u02b0-\u02ff\u060c\u061b\u061f\u066a-\u066d\u06d4\u2000-\u2bff\u2e00-\u2e7f\u3000-\u303f\ufe00-\ufe6f\uff00-\uff0f\ufff0-\uffff\U0001f000-\U0001faff]+'
    ),
    ''
);

comment on function kb_store.query_words is
    'The words of a text as queries are made from them: lower case, without accents and punctuation, in order.';
