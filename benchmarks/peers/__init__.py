"""One small program a peer. Each does one piece of work, turn by turn, for the harness that started it; see `turns`."""
