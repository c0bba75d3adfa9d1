-- How the database itself makes a query's vector: pieces of words, and where each points, fitted to the model.
create table kb_store.query_table (
    model_id int primary key references kb_store.model on delete cascade,
    recipe text not null,
    longest int not null check (longest > 0),
    texts bigint not null,
    newest bigint not null,
    fitted_at timestamptz not null default clock_timestamp()
);
comment on table kb_store.query_table is 'Models for which the database can make a query''s vector by itself.';
comment on column kb_store.query_table.model_id is 'The model whose queries are made.';
comment on column kb_store.query_table.recipe is 'How it was fitted; by another recipe it is to be fitted anew.';
comment on column kb_store.query_table.longest is 'Characters of the longest piece.';
comment on column kb_store.query_table.texts is 'Texts in service, in languages of the model, when it was fitted.';
comment on column kb_store.query_table.newest is 'The newest of them (passage); when many are newer it is to be fitted anew.';
comment on column kb_store.query_table.fitted_at is 'When.';

create table kb_store.query_piece (
    model_id int not null references kb_store.query_table on delete cascade,
    piece text not null,
    vector halfvec not null,
    primary key (model_id, piece)
);
comment on table kb_store.query_piece is 'Words and pieces of words, and what each adds to the vector of a query that holds it.';
comment on column kb_store.query_piece.model_id is 'The model that the vectors are fitted to.';
comment on column kb_store.query_piece.piece is 'The piece; with a hyphen before it when it goes on within a word.';
comment on column kb_store.query_piece.vector is 'What it adds; its length is its weight.';
