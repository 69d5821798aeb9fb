"""Ways in which a consultation request reaches a person."""
