"""Parts of the benchmarks: an upstream, load, a reference, and a Bottega of one's own."""
