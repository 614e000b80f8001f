"""Traffic Light Protocol marks."""
