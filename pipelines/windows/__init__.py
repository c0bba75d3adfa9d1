"""Until when something is true.

`stated` reads it from text (datewords → datetokens → daytext → daylists → grammar → ranges), `declared` from
structured data and headers, `sets` combines what several places say.
"""
