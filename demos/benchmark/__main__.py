"""``python -m demos.benchmark``, the same as ``python -m demos benchmark``."""

import sys

from .runner import main

sys.exit(main())
