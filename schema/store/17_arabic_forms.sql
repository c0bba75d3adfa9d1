create or replace function kb_store.arabic_forms(word text) returns text
language plpgsql immutable strict parallel safe
as $$
declare
    -- Larkey, Ballesteros, Connell, "Light stemming for Arabic information retrieval" (2007): conjunction, article and
    -- endings come off
    stem constant text := regexp_replace(
        regexp_replace(word, '^(?:و?(?:ال|بال|كال|فال|لل)(?=..)|و(?=...))', ''),
        '^(..+?)(?:ها|ان|ات|ون|ين|يه|ه|ي)+$', '\1'
    );
    consonants constant text := translate(stem, 'اويء', '');
    forms text := stem || ':@';
begin
    -- by its consonants alone a broken plural meets its singular (زيوت and زيت, أسعار and سعر)
    if length(consonants) >= 2 then
        forms := forms || ' ـ' || consonants || ':@';
    end if;
    -- a joined preposition cannot be told from a first letter, so both readings stand. Two consonants of the second
    -- tell too little: بطارية, a battery, would meet إطار, a tyre
    if stem ~ '^[بلفك]...' then
        forms := forms || ' ' || substr(stem, 2) || ':@';
        if length(consonants) >= 4 then
            forms := forms || ' ـ' || substr(consonants, 2) || ':@';
        end if;
    end if;
    return forms;
end
$$;

comment on function kb_store.arabic_forms is
    'What an Arabic word is found by, its stem and its consonants, as a tsvector is written, with @ for its place.';
