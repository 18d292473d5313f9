// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory: the map, the checks, and files that are truncated
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <linux/magic.h>

#include "base/base.h"
#include "pcie/dma.h"
#include "pcie/unmap.h"

/* As many as a memory table has, and as many again that are still held */
#define DMA_REGIONS	16
/* Regions that are being unmapped; a guest that asks for more has to try again */
#define DMA_LEAVES	64
/* Regions of all NICs of the process that the SIGBUS handler can find: 64 NICs */
#define DMA_FAULT_SLOTS	(64 * DMA_REGIONS)

/*
 * One region. It stays on a list of its map until it is unmapped; @held counts
 * the pointers that dma_get() gave out.
 */
struct dma_region {
	struct dma_region *next;
	uint64_t addr, size;
	uint8_t *host;
	void *map;
	size_t map_len;
	bool writable;
	unsigned int held;
	struct dma_fault *fault;
	struct dma *owner;
	size_t page;
	struct unmap unmap;
};

struct dma {
	struct log *log;
	struct loop *loop;
	/* Regions go from one list to the next: in use; removed, held; being unmapped. */
	struct dma_region *live, *dying, *leaving, *last;
	unsigned int regions, leaves;
	uint64_t mapped, limit;
	bool enabled;
	/* Set by the SIGBUS handler, on the thread that met the fault. */
	sig_atomic_t dead;
	bool dead_told;
	void (*on_idle)(void *arg);
	void *idle_arg;
	struct dma_stats stats;
};

/* Fields that the SIGBUS handler reads: @base is set last and cleared first. */
struct dma_fault {
	uintptr_t base;
	size_t len;
	size_t page;
	struct dma *owner;
};

static struct dma_fault dma_faults[DMA_FAULT_SLOTS];

/*
 * An access met a page beyond the end of its file. A zero page is put there, so
 * that the access ends, and the map refuses every later access. Only the NIC
 * that the memory belongs to is affected. The other pages stay: to unmap all of them
 * takes long.
 */
static void dma_sigbus(int sig, siginfo_t *si, void *ctx)
{
	uintptr_t at = (uintptr_t)si->si_addr;

	(void)ctx;
	for (int i = 0; i < DMA_FAULT_SLOTS; i++) {
		struct dma_fault *f = &dma_faults[i];
		uintptr_t base = __atomic_load_n(&f->base, __ATOMIC_ACQUIRE);

		if (!base || at < base || at - base >= f->len)
			continue;
		__atomic_store_n(&f->owner->dead, 1, __ATOMIC_RELEASE);
		at -= at % f->page;
		if (mmap((void *)at, f->page, PROT_READ | PROT_WRITE,
			 MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS |
			 MAP_NORESERVE, -1, 0) != MAP_FAILED)
			return;
	}
	/* Not guest memory: let the access fault again, fatally. */
	signal(sig, SIG_DFL);
}

static void dma_catch_sigbus(void)
{
	struct sigaction sa = {
		.sa_sigaction = dma_sigbus,
		.sa_flags = SA_SIGINFO | SA_NODEFER,
	};

	sigemptyset(&sa.sa_mask);
	sigaction(SIGBUS, &sa, NULL);
}

static struct dma_fault *dma_fault_add(struct dma *d, void *map, size_t len,
				       size_t page)
{
	for (int i = 0; i < DMA_FAULT_SLOTS; i++) {
		struct dma_fault *f = &dma_faults[i];

		if (f->owner)
			continue;
		f->owner = d;
		f->len = len;
		f->page = page;
		__atomic_store_n(&f->base, (uintptr_t)map, __ATOMIC_RELEASE);
		return f;
	}
	return NULL;
}

static void dma_fault_del(struct dma_fault *f)
{
	__atomic_store_n(&f->base, 0, __ATOMIC_RELEASE);
	f->owner = NULL;
}

struct dma *dma_new(struct log *log)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct dma *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	pthread_once(&once, dma_catch_sigbus);
	d->log = log;
	d->limit = DMA_LIMIT;
	return d;
}

void dma_set_loop(struct dma *d, struct loop *loop)
{
	d->loop = loop;
}

static void dma_region_free(struct dma_region *r)
{
	dma_fault_del(r->fault);
	munmap(r->map, r->map_len);
	free(r);
}

static void dma_unmapped(struct unmap *u)
{
	struct dma_region *r = container_of(u, struct dma_region, unmap);
	struct dma_region **pos = &r->owner->leaving;

	while (*pos != r)
		pos = &(*pos)->next;
	*pos = r->next;
	r->owner->leaves--;
	free(r);
}

/* Nobody uses a region any more, which is on no list. */
static void dma_region_leave(struct dma *d, struct dma_region *r)
{
	d->regions--;
	d->mapped -= r->size;
	if (!d->loop) {
		dma_region_free(r);
		return;
	}
	dma_fault_del(r->fault);
	r->owner = d;
	r->next = d->leaving;
	d->leaving = r;
	d->leaves++;
	unmap_start(&r->unmap, d->loop, r->map, r->map_len, r->page,
		    dma_unmapped);
}

static void dma_free_list(struct dma_region *r)
{
	while (r) {
		struct dma_region *next = r->next;

		dma_region_free(r);
		r = next;
	}
}

void dma_free(struct dma *d)
{
	if (!d)
		return;
	dma_free_list(d->live);
	dma_free_list(d->dying);
	while (d->leaving)
		unmap_now(&d->leaving->unmap);
	free(d);
}

void dma_set_limit(struct dma *d, uint64_t limit)
{
	d->limit = limit;
}

int dma_file_look(struct dma_file *file, int fd)
{
	/* Only files whose pages are the kernel's own have seals. */
	int seals = fcntl(fd, F_GET_SEALS);
	struct statfs fs;
	struct stat st;

	if (seals < 0)
		return errno == EINVAL ? -EMEDIUMTYPE : -errno;
	/* Not a must: the file of User-Mode Linux cannot be sealed. */
	if (!(seals & (F_SEAL_SEAL | F_SEAL_SHRINK)))
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK);
	if (fstat(fd, &st) || fstatfs(fd, &fs))
		return -errno;
	file->fd = fd;
	file->size = (uint64_t)st.st_size;
	file->page = (uint64_t)sysconf(_SC_PAGESIZE);
	if (fs.f_type == HUGETLBFS_MAGIC)
		file->page = (uint64_t)fs.f_bsize;
	/* The first access to a page clears all of it, within a turn. */
	return file->page > UNMAP_PAGE_MAX ? -EFBIG : 0;
}

static int dma_check_new(struct dma *d, uint64_t addr, uint64_t size,
			 const struct dma_file *file, uint64_t offset)
{
	if (!size || addr + size - 1 < addr || offset + size < offset)
		return -EINVAL;
	if (size > SIZE_MAX / 2)
		return -EINVAL;
	/* Else an address that is aligned for the guest would not be for us. */
	if ((addr ^ offset) % (uint64_t)sysconf(_SC_PAGESIZE))
		return -EINVAL;
	for (struct dma_region *r = d->live; r; r = r->next) {
		if (addr <= r->addr + (r->size - 1) &&
		    r->addr <= addr + (size - 1))
			return -EEXIST;
	}
	if (d->regions >= DMA_REGIONS || d->leaves >= DMA_LEAVES)
		return -ENOSPC;
	if (file->size < offset + size)
		return -EINVAL;
	if (size > d->limit || d->mapped > d->limit - size) {
		d->stats.rejected_budget++;
		return -EDQUOT;
	}
	return 0;
}

static int dma_mmap(struct dma *d, struct dma_region *r,
		    const struct dma_file *file, uint64_t offset)
{
	uint64_t skip = offset % file->page;
	int prot = PROT_READ | (r->writable ? PROT_WRITE : 0);

	/* Huge pages are unmapped as a whole. */
	r->page = file->page;
	r->map_len = (r->size + skip + file->page - 1) / file->page * file->page;
	r->map = mmap(NULL, r->map_len, prot, MAP_SHARED, file->fd,
		      (off_t)(offset - skip));
	if (r->map == MAP_FAILED)
		return -errno;
	r->host = (uint8_t *)r->map + skip;
	r->fault = dma_fault_add(d, r->map, r->map_len, r->page);
	if (!r->fault) {
		munmap(r->map, r->map_len);
		return -ENOSPC;
	}
	/* A core dump of the NIC should not carry the guest's memory. */
	madvise(r->map, r->map_len, MADV_DONTDUMP);
	return 0;
}

int dma_map(struct dma *d, uint64_t addr, uint64_t size, int fd,
	    uint64_t offset, bool writable)
{
	struct dma_file file;
	int ret = dma_file_look(&file, fd);

	return ret ? ret : dma_map_file(d, addr, size, &file, offset, writable);
}

int dma_map_file(struct dma *d, uint64_t addr, uint64_t size,
		 const struct dma_file *file, uint64_t offset, bool writable)
{
	struct dma_region *r;
	int ret = dma_check_new(d, addr, size, file, offset);

	if (ret)
		return ret;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->addr = addr;
	r->size = size;
	r->writable = writable;
	ret = dma_mmap(d, r, file, offset);
	if (ret) {
		free(r);
		return ret;
	}
	r->next = d->live;
	d->live = r;
	d->regions++;
	d->mapped += size;
	return 0;
}

/* Take the region that *@pos points to off the live list. */
static void dma_retire(struct dma *d, struct dma_region **pos)
{
	struct dma_region *r = *pos;

	*pos = r->next;
	d->last = NULL;
	if (!r->held) {
		dma_region_leave(d, r);
		return;
	}
	r->next = d->dying;
	d->dying = r;
}

int dma_unmap(struct dma *d, uint64_t addr, uint64_t size)
{
	for (struct dma_region **pos = &d->live; *pos; pos = &(*pos)->next) {
		if ((*pos)->addr == addr && (*pos)->size == size) {
			dma_retire(d, pos);
			return 0;
		}
	}
	return -ENOENT;
}

void dma_unmap_all(struct dma *d)
{
	while (d->live)
		dma_retire(d, &d->live);
	__atomic_store_n(&d->dead, 0, __ATOMIC_RELAXED);
	d->dead_told = false;
}

bool dma_idle(const struct dma *d)
{
	return !d->dying;
}

void dma_on_idle(struct dma *d, void (*fn)(void *arg), void *arg)
{
	d->on_idle = fn;
	d->idle_arg = arg;
}

void dma_enable(struct dma *d, bool on)
{
	d->enabled = on;
}

bool dma_enabled(const struct dma *d)
{
	return d->enabled;
}

bool dma_dead(const struct dma *d)
{
	return __atomic_load_n(&d->dead, __ATOMIC_ACQUIRE);
}

const struct dma_stats *dma_get_stats(const struct dma *d)
{
	return &d->stats;
}

static bool dma_in_region(const struct dma_region *r, uint64_t addr)
{
	return addr >= r->addr && addr - r->addr < r->size;
}

static struct dma_region *dma_find(struct dma *d, uint64_t addr)
{
	struct dma_region *r = d->last;

	if (r && dma_in_region(r, addr))
		return r;
	for (r = d->live; r; r = r->next) {
		if (dma_in_region(r, addr)) {
			d->last = r;
			return r;
		}
	}
	return NULL;
}

/* True if the NIC may reach memory at all; a refusal is counted and logged. */
static bool dma_allowed(struct dma *d, uint64_t addr)
{
	if (dma_dead(d)) {
		d->stats.rejected_dead++;
		if (!d->dead_told)
			log_err(d->log, "guest memory vanished (its file was truncated), no more DMA");
		d->dead_told = true;
		return false;
	}
	if (!d->enabled) {
		d->stats.rejected_off++;
		log_warn(d->log, "DMA at 0x%llx refused: not bus master",
			 (unsigned long long)addr);
		return false;
	}
	return true;
}

static bool dma_reject(struct dma *d, const struct dma_region *r,
		       uint64_t addr, uint64_t len, bool write)
{
	const char *why = "outside of guest memory";

	if (r && write && !r->writable) {
		d->stats.rejected_perm++;
		why = "the memory is read-only";
	} else {
		d->stats.rejected_range++;
	}
	log_warn(d->log, "%s of %llu bytes at 0x%llx refused: %s",
		 write ? "write" : "read", (unsigned long long)len,
		 (unsigned long long)addr, why);
	return false;
}

/* The region that holds the whole range, or NULL. */
static struct dma_region *dma_lookup(struct dma *d, uint64_t addr,
				     uint64_t len, bool write)
{
	struct dma_region *r = dma_find(d, addr);

	if (!r || !len || len > r->size - (addr - r->addr) ||
	    (write && !r->writable)) {
		dma_reject(d, r, addr, len, write);
		return NULL;
	}
	if (write)
		d->stats.writes++;
	else
		d->stats.reads++;
	return r;
}

void *dma_bus_get(struct dma *d, uint64_t addr, uint64_t len, bool write)
{
	struct dma_region *r;

	if (dma_dead(d)) {
		d->stats.rejected_dead++;
		return NULL;
	}
	r = dma_lookup(d, addr, len, write);
	if (!r)
		return NULL;
	r->held++;
	return r->host + (addr - r->addr);
}

void *dma_get(struct dma *d, uint64_t addr, uint64_t len, bool write)
{
	if (!dma_allowed(d, addr))
		return NULL;
	return dma_bus_get(d, addr, len, write);
}

static bool dma_holds(const struct dma_region *r, const void *p)
{
	return (uintptr_t)p >= (uintptr_t)r->host &&
	       (uintptr_t)p - (uintptr_t)r->host < r->size;
}

static void dma_unhold(struct dma *d, struct dma_region *r)
{
	/* The caller released memory more often than it had acquired it. */
	if (!r->held) {
		log_err(d->log, "dma_put() without dma_get()");
		abort();
	}
	r->held--;
}

static void dma_put_dying(struct dma *d, const void *p)
{
	for (struct dma_region **pos = &d->dying; *pos; pos = &(*pos)->next) {
		struct dma_region *r = *pos;

		if (!dma_holds(r, p))
			continue;
		dma_unhold(d, r);
		if (r->held)
			return;
		*pos = r->next;
		dma_region_leave(d, r);
		if (!d->dying && d->on_idle) {
			void (*fn)(void *arg) = d->on_idle;

			d->on_idle = NULL;
			fn(d->idle_arg);
		}
		return;
	}
	log_err(d->log, "dma_put() of a pointer that is not guest memory");
	abort();
}

void dma_put(struct dma *d, const void *p)
{
	if (!p)
		return;
	if (d->last && dma_holds(d->last, p)) {
		dma_unhold(d, d->last);
		return;
	}
	for (struct dma_region *r = d->live; r; r = r->next) {
		if (dma_holds(r, p)) {
			dma_unhold(d, r);
			return;
		}
	}
	dma_put_dying(d, p);
}

/* Check a range that may span adjacent regions. */
static bool dma_span_ok(struct dma *d, uint64_t addr, uint64_t len, bool write)
{
	uint64_t at = addr, left = len;

	while (left) {
		struct dma_region *r = dma_find(d, at);
		uint64_t n;

		if (!r || (write && !r->writable))
			return dma_reject(d, r, addr, len, write);
		n = r->size - (at - r->addr);
		if (n >= left)
			return true;
		at += n;
		left -= n;
		/* The last region ends at the end of the address space. */
		if (!at)
			return dma_reject(d, NULL, addr, len, write);
	}
	return true;
}

static bool dma_copy(struct dma *d, uint64_t addr, uint8_t *buf, uint64_t len,
		     bool write)
{
	if (!dma_allowed(d, addr) || !dma_span_ok(d, addr, len, write))
		return false;
	if (write)
		d->stats.writes++;
	else
		d->stats.reads++;
	while (len) {
		struct dma_region *r = dma_find(d, addr);
		uint64_t n = r->size - (addr - r->addr);
		uint8_t *host = r->host + (addr - r->addr);

		if (n > len)
			n = len;
		if (write)
			memcpy(host, buf, n);
		else
			memcpy(buf, host, n);
		addr += n;
		buf += n;
		len -= n;
	}
	/* If the handler ran, it ran inside the copy: so look after the copy. */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return !dma_dead(d);
}

bool dma_read(struct dma *d, uint64_t addr, void *buf, uint64_t len)
{
	return dma_copy(d, addr, buf, len, false);
}

bool dma_write(struct dma *d, uint64_t addr, const void *buf, uint64_t len)
{
	/* dma_copy() only reads @buf when it writes to the guest. */
	return dma_copy(d, addr, (uint8_t *)(uintptr_t)buf, len, true);
}
