"""What is measured: tiers, conditions, replies, labels and outcomes. Pure: no Inspect, no I/O."""
