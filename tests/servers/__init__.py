"""Real SPARQL servers on the loopback, for tests and benchmarks."""
