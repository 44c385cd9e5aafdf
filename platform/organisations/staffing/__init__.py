"""The pages of the platform's staff, under /staff/. Rooms show theirs with `staffing.tables` in their `admin.py`.

Every table is read-only; what staff change they change through acts, each of which asks for a reason and is logged.
No page shows what customers wrote: an operator sees that only by acting as the person, which the person is told.
"""
