/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One NIC: its registers, rings, control processor and MAC
 *
 * nic.c    registers of BAR 0, reset, life cycle
 * rom.c    boot ROM: boot context and firmware image, checked and loaded
 * cp.c     control processor: hart, system registers, watchdog, crash record
 * hif.c    host interface engine: commands, events, DMA for the firmware
 * mac.h    MAC engines and tables (another layer, below)
 * air.h    the medium between NICs
 *
 * Everything belongs to the loop's thread.
 */
#ifndef SKUA_DEVICE_NIC_H
#define SKUA_DEVICE_NIC_H

#include <stdbool.h>
#include <stdint.h>

#include "fw/engine.h"
#include "pcie/dma.h"
#include "ctl/fault.h"
#include "cp/hart.h"
#include "base/log.h"
#include "base/loop.h"
#include "pcie/pci.h"
#include "pcie/ring.h"

struct air;
struct cp;
struct hif;
struct mac;
struct vhost;

#define NIC_MAX_VIFS	32
#define NIC_MAX_POWER	20	/* dBm */

/**
 * enum nic_state - as seen in SKUA_REG_STATUS
 * @NIC_RESET: no guest memory is touched
 * @NIC_BOOTING: from SKUA_CTRL_BOOT until the firmware wrote ENG_SYS_ALIVE
 * @NIC_ALIVE: in operation
 * @NIC_BOOT_FAILED: SKUA_REG_BOOT_ERR says why
 * @NIC_FATAL: the control processor or a ring died; waits for a reset
 */
enum nic_state {
	NIC_RESET,
	NIC_BOOTING,
	NIC_ALIVE,
	NIC_BOOT_FAILED,
	NIC_FATAL,
};

/**
 * struct nic_config - what the command line says of a NIC
 * @name: for logs and the control socket
 * @socket: path of the vhost-user socket
 * @mac: MAC address
 * @bands: SKUA_BAND_*
 * @chains: antennas
 * @max_bw: enum skua_bw
 * @features: engine features that are offered (a subset of what there is)
 * @max_stas: size of the station table
 * @max_keys: size of the key table
 * @max_txq: frames held by the transmit engine
 */
struct nic_config {
	char name[32];
	char socket[108];
	uint8_t mac[6];
	uint8_t bands;
	uint8_t chains;
	uint8_t max_bw;
	uint64_t features;
	uint32_t max_stas;
	uint32_t max_keys;
	uint32_t max_txq;
};

/**
 * struct nic - one NIC
 * @cfg: configuration
 * @log: its log
 * @loop: the loop
 * @pci: PCI function
 * @vhost: front end
 * @dma: guest memory; the same as pci_dma(@pci)
 * @air: medium that it is on
 * @state: see enum nic_state
 * @boot_addr: SKUA_REG_BOOT_ADDR
 * @nonce: SKUA_REG_NONCE
 * @boot_err: SKUA_REG_BOOT_ERR
 * @fatal: SKUA_REG_FATAL
 * @drv_features: what the driver accepts
 * @features: in force, as the firmware set them
 * @dump_addr: crash record
 * @dump_len: room there
 * @ring: by enum skua_ring_id
 * @cp: control processor
 * @hif: host interface engine
 * @mac: MAC engines
 * @tsf_hi: latched SKUA_REG_TSF_HI
 * @poll: looks at the rings
 * @polled: @poll is registered
 * @doorbells: doorbell writes
 * @fault: faults on purpose
 * @next: next NIC of the process
 */
struct nic {
	struct nic_config cfg;
	struct log log;
	struct loop *loop;
	struct pci_dev *pci;
	struct vhost *vhost;
	struct dma *dma;
	struct air *air;
	enum nic_state state;
	uint64_t boot_addr;
	uint32_t nonce;
	enum skua_boot_err boot_err;
	enum skua_fatal fatal;
	uint64_t drv_features;
	uint64_t features;
	uint64_t dump_addr;
	uint32_t dump_len;
	struct ring ring[SKUA_NUM_RINGS];
	struct cp *cp;
	struct hif *hif;
	struct mac *mac;
	uint32_t tsf_hi;
	struct loop_poll poll;
	bool polled;
	uint64_t doorbells;
	struct fault fault;
	struct nic *next;
};

/* nic.c */

/** nic_new() - make a NIC and listen on its socket; NULL if that fails */
struct nic *nic_new(struct loop *loop, struct air *air,
		    const struct nic_config *cfg);

/** nic_free() - the opposite */
void nic_free(struct nic *nic);

/** nic_parse_mac() - a MAC address from its text; false if it is none */
bool nic_parse_mac(const char *text, uint8_t mac[6]);

/** nic_time_us() - the NIC's free-running microseconds (SKUA_REG_TSF) */
uint64_t nic_time_us(const struct nic *nic);

/**
 * nic_fatal() - stop the control processor and tell the host
 * @nic: the NIC
 * @cause: why
 *
 * Writes the crash record to the host's dump buffer, posts SKUA_EVT_FATAL,
 * raises the event ring's vector. Engines stop sending and receiving. Harmless
 * when the NIC is not booting or alive.
 */
void nic_fatal(struct nic *nic, enum skua_fatal cause);

/** nic_alive() - the firmware says that boot is complete */
void nic_alive(struct nic *nic);

/** nic_running() - engines may work: NIC_ALIVE and bus mastering on */
bool nic_running(const struct nic *nic);

/* rom.c */

/**
 * rom_boot() - do what SKUA_CTRL_BOOT asks
 *
 * Checks the boot context, attaches the rings, checks the image and loads it
 * into SRAM.
 *
 * Return: SKUA_BOOT_OK and *@entry, or what is wrong (logged in words).
 */
enum skua_boot_err rom_boot(struct nic *nic, uint8_t *sram, uint32_t sram_len,
			    uint32_t *entry, uint8_t build_id[16]);

/* cp.c */

struct cp *cp_new(struct nic *nic);
void cp_free(struct cp *cp);

/** cp_start() - load the firmware by rom_boot() and run it */
enum skua_boot_err cp_start(struct cp *cp);

/** cp_stop() - stop the hart, wipe SRAM; not from within the hart */
void cp_stop(struct cp *cp);

/** cp_halt() - stop the hart, keep its state for the crash record */
void cp_halt(struct cp *cp);

/** cp_pc() - program counter, of the instruction that trapped if one did */
uint32_t cp_pc(const struct cp *cp);

/** cp_instret() - instructions executed since the NIC was made */
uint64_t cp_instret(const struct cp *cp);

/**
 * cp_irq() - raise interrupt causes for the firmware
 * @cp: control processor
 * @causes: ENG_IRQ_*; latched until acknowledged
 */
void cp_irq(struct cp *cp, uint32_t causes);

/** cp_sram() - @len bytes of SRAM at the firmware's address @addr, or NULL */
uint8_t *cp_sram(struct cp *cp, uint32_t addr, uint32_t len);

/** cp_sram_written() - the caller wrote into SRAM (decoded code is stale) */
void cp_sram_written(struct cp *cp, uint32_t addr, uint32_t len);

/** cp_crash_record() - write the crash record into the host's dump buffer */
void cp_crash_record(struct cp *cp, enum skua_fatal cause);

/* hif.c */

struct hif *hif_new(struct nic *nic);
void hif_free(struct hif *hif);
void hif_reset(struct hif *hif);

/** hif_poll() - look at the command ring; true if there was anything new */
bool hif_poll(struct hif *hif);

/** hif_booting() - the firmware has been started, and owes an ALIVE */
void hif_booting(struct hif *hif);

/**
 * hif_fw_idle_ms() - how long the firmware has owed a sign of life
 * @hif: host interface
 *
 * Return: milliseconds since it was started and has not said ALIVE, or for
 * which a command has waited, or was under way, and none has been fetched. Only
 * those count during which this process ran and the control processor with it.
 */
uint32_t hif_fw_idle_ms(const struct hif *hif);

/**
 * hif_tx_gate() - may frames be fetched now?
 * @hif: host interface
 *
 * Return: false while a command is published that has not been retired: it has
 * to take effect before any frame published after it. The transmit engine asks
 * after it loaded a ring's prod, and before it copies the entries.
 */
bool hif_tx_gate(struct hif *hif);

/**
 * hif_event() - post an event to the host
 * @hif: host interface
 * @id: enum skua_evt_id
 * @data: its structure
 * @len: at most SKUA_EVT_INLINE
 *
 * Events wait inside the NIC while the ring is full.
 */
void hif_event(struct hif *hif, uint16_t id, const void *data, uint16_t len);

/** hif_read()/hif_write() - engine registers 0x100 to 0x1ff; false: fault */
bool hif_read(struct hif *hif, uint32_t off, uint32_t *val);
bool hif_write(struct hif *hif, uint32_t off, uint32_t val);

#endif /* SKUA_DEVICE_NIC_H */
