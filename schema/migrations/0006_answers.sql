-- The shapes of answers. Types stand here because kb holds functions only, and because an
-- argument and a result column may then share their name.
create type kb_store.hit as (
    entry_id bigint,
    chunk_id bigint,
    kind text,
    source text,
    url text,
    title text,
    heading text,
    body text,
    language text,
    category text[],
    price numeric,
    currency text,
    valid_from timestamptz,
    valid_until timestamptz,
    validity text,
    verified_at timestamptz,
    stale boolean,
    score real,
    vector_score real,
    text_score real,
    answerable boolean,
    degraded boolean
);
comment on type kb_store.hit is 'A row of kb.search.';

create type kb_store.offer as (
    entry_id bigint,
    source text,
    url text,
    title text,
    description text,
    category text[],
    price numeric,
    currency text,
    price_before numeric,
    discount_percent numeric,
    code text,
    image_url text,
    terms text,
    language text,
    valid_from timestamptz,
    valid_until timestamptz,
    validity text,
    verified_at timestamptz,
    stale boolean
);
comment on type kb_store.offer is 'A row of kb.offers.';

create type kb_store.whole_entry as (
    entry_id bigint,
    kind text,
    source text,
    url text,
    title text,
    description text,
    text text,
    language text,
    category text[],
    price numeric,
    currency text,
    price_before numeric,
    discount_percent numeric,
    code text,
    image_url text,
    terms text,
    valid_from timestamptz,
    valid_until timestamptz,
    validity text,
    verified_at timestamptz,
    stale boolean,
    evidence jsonb,
    other_urls text[]
);
comment on type kb_store.whole_entry is 'A row of kb.entry.';

create type kb_store.change_row as (
    change_id bigint,
    at timestamptz,
    change text,
    entry_id bigint,
    kind text,
    source text,
    url text,
    title text,
    category text[],
    valid_from timestamptz,
    valid_until timestamptz,
    run_id bigint
);
comment on type kb_store.change_row is 'A row of kb.changes.';

create type kb_store.source_freshness as (
    source text,
    last_attempt timestamptz,
    last_verified timestamptz,
    stale boolean,
    live bigint,
    upcoming bigint,
    suspect bigint,
    held_run bigint,
    next_expiry timestamptz
);
comment on type kb_store.source_freshness is 'A row of kb.freshness.';
