"""What must hold whatever happened before: served is live at every instant, and no answer was ever untrue.

tests.properties.clock      a database whose clock the test sets
tests.properties.truth      what is true, in plain Python, worked out from what the site said and a person decided
tests.properties.site       a site that changes, and how it answers
tests.properties.machine    the state machine: site, syncs, crashes, clock and decisions in any order
tests.properties.history    what was true when, and answers held against it
tests.properties.readers    bots that ask while all else goes on
"""
