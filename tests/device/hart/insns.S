/* SPDX-License-Identifier: GPL-2.0-only */
/* Assembles insns.def: a word for each line, in order; the upper half of compressed ones is 0. */
	.macro	full text
	.option	norvc
	\text
	.endm

	.macro	half text
	.option	rvc
	\text
	.2byte	0
	.endm

#define ALU(text, ...)		full text
#define LOAD(text, ...)		full text
#define STORE(text, ...)	full text
#define BRANCH(text, ...)	full text
#define JUMP(text, ...)		full text
#define CALU(text, ...)		half text
#define CLOAD(text, ...)	half text
#define CSTORE(text, ...)	half text
#define CBRANCH(text, ...)	half text
#define CJUMP(text, ...)	half text

	.text
#include "insns.def"
