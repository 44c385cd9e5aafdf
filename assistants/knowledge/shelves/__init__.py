"""Shelves: which partition of the vectors' table holds a set's, and how the set comes to another one while it is used.

Writers hold a set's lock together for the length of their transaction, and note the documents they write while the set is
on its way. The job that moves it needs the lock for itself twice, for a moment each: to begin, so that nothing is written
unnoted, and to switch.
"""
