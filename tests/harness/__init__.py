"""What every test stands on: a database for each worker, a Redis database for each worker, no network."""
