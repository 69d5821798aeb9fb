"""From an answer's text to the reply a patient reads."""
