/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest memory as the NIC reaches it
 *
 * The guest is hostile: each address and length is checked against the map at
 * each access, and the memory behind a pointer may change at any time. So a
 * caller copies a field once (dma_load*(), dma_read()), checks the copy, and
 * uses the copy.
 *
 * Everything here belongs to the loop's thread. Worker threads may use memory
 * between dma_get() and dma_put() if the loop joins them before dma_put().
 */
#ifndef SKUA_DEVICE_DMA_H
#define SKUA_DEVICE_DMA_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log;
struct dma;
struct loop;

/**
 * struct dma_stats - accesses
 * @reads: dma_read() calls and dma_get() for reading that were granted
 * @writes: the same for writing
 * @rejected_range: address or length outside of every region
 * @rejected_perm: a write to a region that is mapped for reading only
 * @rejected_off: the NIC must not be bus master now
 * @rejected_dead: the memory file had vanished
 * @rejected_budget: regions that the guest's budget had no room for
 */
struct dma_stats {
	uint64_t reads;
	uint64_t writes;
	uint64_t rejected_range;
	uint64_t rejected_perm;
	uint64_t rejected_off;
	uint64_t rejected_dead;
	uint64_t rejected_budget;
};

/* Bytes of guest memory that a map takes, unless dma_set_limit() says other */
#define DMA_LIMIT	(64ULL << 30)

/**
 * struct dma_file - a file that may hold guest memory
 * @fd: the file
 * @size: its size in bytes
 * @page: its size of a page
 */
struct dma_file {
	int fd;
	uint64_t size;
	uint64_t page;
};

/**
 * dma_new() - an empty map, bus mastering off
 * @log: log for refusals; must outlive the map
 *
 * Return: the map, or NULL when out of memory.
 */
struct dma *dma_new(struct log *log);

/**
 * dma_set_loop() - unmap in slices from now on
 * @d: the map
 * @loop: the loop that does it; must outlive the map
 *
 * A map without a loop unmaps a region at once, which can take long.
 */
void dma_set_loop(struct dma *d, struct loop *loop);

/** dma_free() - unmap everything at once; nothing may be held any more */
void dma_free(struct dma *d);

/** dma_set_limit() - bound the bytes that a map takes, as a budget of its guest */
void dma_set_limit(struct dma *d, uint64_t limit);

/**
 * dma_file_look() - find out if a file may hold guest memory
 * @file: result
 * @fd: the file
 *
 * Its pages must be the kernel's own: a memfd, or a file of tmpfs or hugetlbfs. An
 * access to any other file waits for a disk, or for ever for the daemon of a FUSE
 * file system. The file is sealed against shrinking if its owner permits seals.
 *
 * May block while another process writes to the file. Needs no map, and may run in
 * any thread.
 *
 * Return: 0, -EMEDIUMTYPE if it is another kind of file, -EFBIG if its pages are larger
 * than UNMAP_PAGE_MAX, or another -errno.
 */
int dma_file_look(struct dma_file *file, int fd);

/**
 * dma_map_file() - add a region of guest memory
 * @d: the map
 * @addr: its guest physical address
 * @size: its size in bytes
 * @file: what dma_file_look() found; the descriptor is not kept
 * @offset: where in the file it begins
 * @writable: false for memory that the NIC may only read
 *
 * Return: 0; -EINVAL if it is empty or wraps, if the file is too short, or if
 * address and offset differ within a page; -EEXIST if it overlaps a region;
 * -ENOSPC if there are too many; -EDQUOT beyond the guest's budget; or the error of
 * mmap().
 */
int dma_map_file(struct dma *d, uint64_t addr, uint64_t size,
		 const struct dma_file *file, uint64_t offset, bool writable);

/** dma_map() - dma_file_look() and dma_map_file(), for a file that can be trusted */
int dma_map(struct dma *d, uint64_t addr, uint64_t size, int fd,
	    uint64_t offset, bool writable);

/**
 * dma_unmap() - remove a region
 * @d: the map
 * @addr: as it was given to dma_map()
 * @size: as it was given to dma_map()
 *
 * No new access finds the region. It stays mapped until its last dma_put();
 * dma_idle() tells when that is.
 *
 * Return: 0, or -ENOENT.
 */
int dma_unmap(struct dma *d, uint64_t addr, uint64_t size);

/** dma_unmap_all() - dma_unmap() for each region; revives a dead map */
void dma_unmap_all(struct dma *d);

/** dma_idle() - true if no removed region is held any more */
bool dma_idle(const struct dma *d);

/**
 * dma_on_idle() - be told when dma_idle() becomes true
 * @d: the map
 * @fn: called once from the last dma_put(); or NULL
 * @arg: its argument
 */
void dma_on_idle(struct dma *d, void (*fn)(void *arg), void *arg);

/** dma_enable() - the bus master enable bit changed */
void dma_enable(struct dma *d, bool on);

/** dma_enabled() - true if the NIC may reach memory */
bool dma_enabled(const struct dma *d);

/**
 * dma_dead() - true after guest memory vanished under an access
 * @d: the map
 *
 * The memory file was truncated. The accesses that were under way read zeroes
 * and wrote nowhere; all later ones are refused until dma_unmap_all().
 *
 * Return: true until then.
 */
bool dma_dead(const struct dma *d);

/**
 * dma_get() - hold guest memory
 * @d: the map
 * @addr: guest physical address
 * @len: bytes, at least 1; the range must lie within one region
 * @write: it will be written to
 *
 * Return: a pointer, valid until dma_put(), or NULL. The refusal was counted
 * and logged.
 */
void *dma_get(struct dma *d, uint64_t addr, uint64_t len, bool write);

/**
 * dma_put() - give back a pointer of dma_get() or dma_bus_get()
 * @d: the map
 * @p: any pointer into it; NULL is allowed
 */
void dma_put(struct dma *d, const void *p);

/**
 * dma_bus_get() - like dma_get(), for the front end's own rings
 * @d: the map
 * @addr: guest physical address
 * @len: bytes
 * @write: it will be written to
 *
 * The bus master enable bit does not matter here: the transport is no part of
 * the PCI device.
 *
 * Return: a pointer, valid until dma_put(), or NULL.
 */
void *dma_bus_get(struct dma *d, uint64_t addr, uint64_t len, bool write);

/**
 * dma_read() - copy from guest memory
 * @d: the map
 * @addr: guest physical address; the range may span adjacent regions
 * @buf: where to
 * @len: bytes; 0 is allowed
 *
 * Return: true; or false, and @buf is undefined.
 */
bool dma_read(struct dma *d, uint64_t addr, void *buf, uint64_t len);

/** dma_write() - copy to guest memory; as dma_read() */
bool dma_write(struct dma *d, uint64_t addr, const void *buf, uint64_t len);

/** dma_get_stats() - read the counters */
const struct dma_stats *dma_get_stats(const struct dma *d);

/*
 * Ring indices and descriptors that the driver reads and writes at the same
 * time, little-endian in memory, naturally aligned (check the address once when
 * it is set up). Acquire pairs with the driver's dma_wmb() before it stored the
 * index, release with its dma_rmb() after it loaded it. dma_fence() pairs with
 * the driver's dma_mb() between "store index" and "load event index".
 */
#define DMA_ATOMIC(bits)						\
static inline uint##bits##_t dma_load##bits(const void *p)		\
{									\
	return le##bits##toh(__atomic_load_n((const uint##bits##_t *)p,	\
					     __ATOMIC_RELAXED));	\
}									\
static inline uint##bits##_t dma_load_acquire##bits(const void *p)	\
{									\
	return le##bits##toh(__atomic_load_n((const uint##bits##_t *)p,	\
					     __ATOMIC_ACQUIRE));	\
}									\
static inline uint##bits##_t dma_load_seq##bits(const void *p)		\
{									\
	return le##bits##toh(__atomic_load_n((const uint##bits##_t *)p,	\
					     __ATOMIC_SEQ_CST));	\
}									\
static inline void dma_store##bits(void *p, uint##bits##_t v)		\
{									\
	__atomic_store_n((uint##bits##_t *)p, htole##bits(v),		\
			 __ATOMIC_RELAXED);				\
}									\
static inline void dma_store_release##bits(void *p, uint##bits##_t v)	\
{									\
	__atomic_store_n((uint##bits##_t *)p, htole##bits(v),		\
			 __ATOMIC_RELEASE);				\
}									\
static inline void dma_store_seq##bits(void *p, uint##bits##_t v)	\
{									\
	__atomic_store_n((uint##bits##_t *)p, htole##bits(v),		\
			 __ATOMIC_SEQ_CST);				\
}

DMA_ATOMIC(16)
DMA_ATOMIC(32)
DMA_ATOMIC(64)

/** dma_fence() - full barrier between an own store and a later load */
static inline void dma_fence(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#endif /* SKUA_DEVICE_DMA_H */
