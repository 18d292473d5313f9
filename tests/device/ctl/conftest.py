# SPDX-License-Identifier: GPL-2.0-only
"""A guest, a silent file system and a slow socket are those of a neighbour."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "bus"))
