// SPDX-License-Identifier: GPL-2.0-only
/* Prints how hart_decode() decodes each hexadecimal word on standard input, for test_decode.py */
#include <inttypes.h>
#include <stdio.h>

#include "cp/hart_op.h"

#define NAME(op) #op,

int main(void)
{
	static const char *const names[] = { HART_OPS(NAME) };
	uint32_t word;

	while (scanf("%" SCNx32, &word) == 1) {
		struct hart_op d = hart_decode(word);

		printf("%08" PRIx32 " %u %s %u %u %u %d\n", word, d.len * 2u, names[d.op],
		       d.rd == HART_X0_SINK ? 0u : d.rd, d.rs1, d.rs2, d.imm);
	}
	return 0;
}
