"""Settings, errors, scope, events, clock, ids and money: what every layer shares. No I/O."""
