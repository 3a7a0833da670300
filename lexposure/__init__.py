"""lexposure: static analysis for data-protection law.

Data goes one way: ``reading -> vocabulary -> program -> law -> exposure -> memo -> cli``. Each step is a set of
functions from immutable values to an immutable value; nothing later is known to anything earlier.
"""

__version__ = "0.1.0"
