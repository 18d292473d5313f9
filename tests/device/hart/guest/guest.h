/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HART_TEST_GUEST_H
#define HART_TEST_GUEST_H

#include <stddef.h>
#include <stdint.h>

/* a0 to a2 and the number, as Linux on RISC-V has them; crt.S */
long guest_syscall(long a0, long a1, long a2, long number);

int main(void);

/* Functions that gcc calls by itself, and similar ones; lib.c */
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);

/* Standard input and output */
size_t get(void *buf, size_t n);
void put(const char *s);
void put_hex(uint32_t val);
void put_line(const char *what, uint32_t val);

/* A pseudo-random sequence; the state must not be 0 */
uint32_t xorshift(uint32_t *state);

#endif
