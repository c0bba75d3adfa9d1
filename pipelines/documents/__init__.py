"""Documents read in a child process that can be killed.

`reading` is the parent's side, `child` the other; `readers` says which module reads which kind of file.
"""
