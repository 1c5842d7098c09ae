"""What two places show comes from one definition: SQL beside Python, site beside report, command beside page.

On the shipped catalog and on the seeded database of the site's tests.
"""

from __future__ import annotations

# ---- leading runs, head to head ------------------------------------------------------------------------------------

# ---- the capability scale ------------------------------------------------------------------------------------------

# ---- prices, GPUs, measured cost -----------------------------------------------------------------------------------

# ---- companies and white space -------------------------------------------------------------------------------------

# ---- benchmarks, metrics, closed lists -----------------------------------------------------------------------------

# ---- names of models and runs --------------------------------------------------------------------------------------

# ---- site and report -----------------------------------------------------------------------------------------------
