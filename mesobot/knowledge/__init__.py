"""What the assistant knows: the clinic, its facts, its topics, and the grounding check."""
