// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - the crash record, handed to user space
 *
 * The NIC writes the record into the dump buffer (struct skua_crash_hdr, then a
 * copy of the control processor's memory without key material) before it reports
 * the crash. The user finds the record under /sys/class/devcoredump.
 */
#include <linux/devcoredump.h>
#include <linux/vmalloc.h>

#include "skua.h"

/* A header for a record that the NIC could not write. */
static void skua_crash_stub(struct skua *sc, struct skua_crash_hdr *hdr)
{
	memset(hdr, 0, sizeof(*hdr));
	hdr->magic = cpu_to_le32(SKUA_CRASH_MAGIC);
	hdr->len = cpu_to_le32(sizeof(*hdr));
	hdr->cause = cpu_to_le32(sc->fatal_cause);
	memcpy(hdr->build_id, sc->fw_build_id, sizeof(hdr->build_id));
}

static void skua_crash_log(struct skua *sc, const struct skua_crash_hdr *hdr)
{
	int n = strnlen(hdr->file, sizeof(hdr->file));

	dev_err(sc->dev, "crash record: cause %u pc 0x%08x mcause 0x%08x mepc 0x%08x mtval 0x%08x ra 0x%08x sp 0x%08x\n",
		le32_to_cpu(hdr->cause), le32_to_cpu(hdr->pc),
		le32_to_cpu(hdr->mcause), le32_to_cpu(hdr->mepc),
		le32_to_cpu(hdr->mtval), le32_to_cpu(hdr->x[0]),
		le32_to_cpu(hdr->x[1]));
	if (n)
		dev_err(sc->dev, "assertion at %*pEp:%u\n", n, hdr->file,
			le32_to_cpu(hdr->line));
}

/**
 * skua_coredump() - hand the crash record to user space
 * @sc: the device; the NIC is dead and has not been reset yet
 *
 * Process context, wiphy mutex; sleeps.
 */
void skua_coredump(struct skua *sc)
{
	struct skua_crash_hdr hdr;
	size_t len;
	u8 *copy;

	lockdep_assert_wiphy(sc->hw->wiphy);
	memcpy(&hdr, sc->dump, sizeof(hdr));
	if (hdr.magic != cpu_to_le32(SKUA_CRASH_MAGIC)) {
		skua_request_dump(sc);
		memcpy(&hdr, sc->dump, sizeof(hdr));
	}
	if (hdr.magic != cpu_to_le32(SKUA_CRASH_MAGIC)) {
		dev_err(sc->dev, "the NIC left no crash record\n");
		skua_crash_stub(sc, &hdr);
	} else {
		skua_crash_log(sc, &hdr);
	}
	len = clamp_t(size_t, le32_to_cpu(hdr.len), sizeof(hdr), sc->dump_len);
	hdr.len = cpu_to_le32(len);

	copy = __vmalloc(len, GFP_KERNEL | __GFP_NOWARN);
	if (!copy) {
		dev_warn(sc->dev, "no memory for a copy of the crash record\n");
		return;
	}
	memcpy(copy, sc->dump, len);
	memcpy(copy, &hdr, sizeof(hdr));
	/* This call takes ownership of the copy. */
	dev_coredumpv(sc->dev, copy, len, GFP_KERNEL);
}
