# SPDX-License-Identifier: GPL-2.0-only
# Add up the counts of the test directories; see device/Makefile.

/^\[  PASSED  \] [0-9]+ test/	{ passed += $4 }
/^\[  FAILED  \] [0-9]+ test/	{ failed += $4; named += $4 }
/^\[  SKIPPED \] [0-9]+ test/	{ skipped += $4 }

# pytest's last line, or a runner's plain one; errors of pytest are failures.
/^(=+ )?[0-9]+ (passed|failed|skipped|error)/ {
	n = split($0, part, /[ ,=]+/)
	for (i = 2; i <= n; i++) {
		if (part[i] == "passed")
			passed += part[i - 1]
		else if (part[i] == "skipped")
			skipped += part[i - 1]
		else if (part[i] ~ /^(failed|errors?)$/) {
			failed += part[i - 1]
			named += part[i - 1]
		}
	}
}

/^-- exit / {
	if ($3 != 0 && !named)
		failed++
	named = 0
}

END {
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed != 0
}
