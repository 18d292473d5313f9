// SPDX-License-Identifier: GPL-2.0-only
/*
 * State machines: a recursive-descent calculator that parses random expressions, and a stack
 * machine whose dense switch becomes a jump table.
 */
#include "guest.h"

static char text[4096];
static const char *at;
static uint32_t seed = 3;

static char *write_expr(char *p, int depth)
{
	uint32_t r = xorshift(&seed);

	if (!depth || r % 4 == 0) {
		*p++ = (char)('1' + r / 4 % 9);
		return p;
	}
	*p++ = '(';
	p = write_expr(p, depth - 1);
	*p++ = "+-*/%"[r / 8 % 5];
	p = write_expr(p, depth - 1);
	*p++ = ')';
	return p;
}

static int32_t apply(int32_t l, char op, int32_t r)
{
	switch (op) {
	case '+':
		return (int32_t)((uint32_t)l + (uint32_t)r);
	case '-':
		return (int32_t)((uint32_t)l - (uint32_t)r);
	case '*':
		return (int32_t)((uint32_t)l * (uint32_t)r);
	case '/':
		return r == 0 || r == -1 ? -l : l / r;
	default:
		return r == 0 || r == -1 ? 0 : l % r;
	}
}

static int32_t parse(void)
{
	int32_t l, r;
	char op;

	if (*at != '(')
		return *at++ - '0';
	at++;
	l = parse();
	op = *at++;
	r = parse();
	at++;
	return apply(l, op, r);
}

static uint32_t stack_machine(const uint8_t *code, int n)
{
	uint32_t stack[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	uint32_t sp = 0, steps;
	int pc = 0;

	for (steps = 0; steps < 20000; steps++) {
		uint32_t *a = &stack[sp % 8], *b = &stack[(sp + 1) % 8];

		switch (code[pc] & 15) {
		case 0: *a += *b; break;
		case 1: *a -= *b; break;
		case 2: *a *= *b | 1; break;
		case 3: *a ^= *b; break;
		case 4: *a = *a << (*b & 31) | *a >> (31 & -*b); break;
		case 5: sp++; break;
		case 6: sp--; break;
		case 7: *a = *b; break;
		case 8: *a = ~*a; break;
		case 9: pc = (int)(*a % (uint32_t)n); break;
		case 10: *a = (uint32_t)((int32_t)*a >> 3); break;
		case 11: *a = *a < *b; break;
		case 12: *a = (int32_t)*a < (int32_t)*b; break;
		case 13: *a += code[pc] * 0x01010101u; break;
		case 14: *a = *b ? *a / *b : 0; break;
		default: *a |= steps; break;
		}
		pc = (pc + 1) % n;
	}
	return stack[0] ^ stack[3] ^ sp;
}

int main(void)
{
	uint8_t code[64];
	uint32_t i, j;

	for (i = 0; i < 40; i++) {
		*write_expr(text, 7) = '\0';
		at = text;
		put_line("value", (uint32_t)parse());
	}
	for (i = 0; i < 20; i++) {
		for (j = 0; j < sizeof(code); j++)
			code[j] = (uint8_t)(xorshift(&seed) >> 8);
		put_line("machine", stack_machine(code, sizeof(code)));
	}
	return 7;
}
