"""A run's way through the database: lease, captures, readings, plan, verdict, publication."""
