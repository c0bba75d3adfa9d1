create or replace function kb_store.plain_text(written text) returns text
language plpgsql immutable strict parallel safe
as $$
declare
    plain text := written;
begin
    -- Told character by character, so that every server sees the same words: what a letter is depends on a database's
    -- locale, and with "C" an Arabic question mark belongs to the word before it. Decomposing splits off accents,
    -- diacritics and the hamza of a letter, which are then left out with tatweel and what is invisible.
    if octet_length(written) <> length(written) then
        plain := regexp_replace(
            regexp_replace(
                normalize(written, NFKD),
                '[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed'
                '\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+', '', 'g'
            ),
            '[\u0080-\u00b4\u00b6-\u00bf\u00d7\u00f7\u0600-\u060b\u060d-\u060f\u061b-\u061f\u066a\u066d\u06d4'
            '\u2000-\u2bff\u2e00-\u2e7f\u3000-\u303f\ufd3e\ufd3f\U0001f000-\U0001faff]+', ' ', 'g'
        );
        -- translate compares each character with each of its list: what few texts have waits until one has it
        plain := replace(replace(replace(plain, 'ة', 'ه'), 'ى', 'ي'), '،', ',');
        if plain ~ '[٠-٩۰-۹٬٫یک]' then
            plain := translate(plain, '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٬٫یک', '01234567890123456789,.يك');
        end if;
    end if;
    plain := lower(plain);
    if plain ~ '[0-9],[0-9]' then -- a comma within a number groups its digits
        plain := regexp_replace(plain, '([0-9]),(?=[0-9]{3}(?![0-9]))', '\1', 'g');
    end if;
    return plain;
end
$$;

comment on function kb_store.plain_text is
    'A text with one form for each letter, digit and sign: lower case, without accents, hamzas and diacritics.';
