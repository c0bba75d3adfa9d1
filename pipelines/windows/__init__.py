"""Until when something is true.

`stated` reads it from text: `datetokens` (words of `datewords` and `relativewords`) → `relative` (days named by where
the reader stands) → `daytext`, `daylists`, `durations` → `grammar`, `recurrences` (statements) → `ranges` (instants).
`declared` reads it from structured data and headers, `sets` combines what several places say.
"""
