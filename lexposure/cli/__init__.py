"""The doors: one module per command group, no logic. Heavy imports stay inside the commands, so that help is instant."""
