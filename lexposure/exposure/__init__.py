"""Where program and law meet: facts, findings, ceilings, questions, and the Assessment that renderers read."""
