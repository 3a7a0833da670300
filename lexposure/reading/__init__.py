"""From files to values: YAML with positions, typed validation, and the diagnostics that name what is wrong where."""
