"""The figures against decided cases: reading them, assessing each from its facts alone, fitting, scoring."""
