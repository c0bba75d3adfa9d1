"""Until when something is true.

`stated` reads it from text: `datetokens` (words of `datewords` and `relativewords`) → `relative`, `countdown` (days
named by where the reader stands) → `daytext`, `daytimes`, `daylists`, `durations` → `grammar`, `recurrences`
(statements) → `relevance` (which of them count) → `ranges` (instants).
`declared` reads it from structured data and headers, `sets` combines what several places say.
"""
