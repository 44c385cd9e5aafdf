"""The parts of the fake Stripe; tests use `tests.fakes.stripe_server`."""
