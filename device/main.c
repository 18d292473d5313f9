// SPDX-License-Identifier: GPL-2.0-only
/*
 * skua-nic: one or more Skua NICs and the air between them, in one process
 */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "air/air.h"
#include "base/base.h"
#include "bus/vhost/vhost.h"
#include "crypto/crypto.h"
#include "ctl/ctl.h"
#include "nic.h"

#define MAX_NICS	64
#define LOG_END_NS	LOOP_NS_PER_S

/* Features of the engines */
#define ALL_FEATURES	(SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE |	\
			 SKUA_FEAT_AP_PS | SKUA_FEAT_HW_SCAN | SKUA_FEAT_ROC |	\
			 SKUA_FEAT_BEACON_PROT | SKUA_FEAT_TKIP_PHASE1_HOST | \
			 SKUA_FEAT_RADAR | SKUA_FEAT_CONN_MONITOR | \
			 SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU | \
			 SKUA_FEAT_RX_REORDER | SKUA_FEAT_TX_ENCAP | \
			 SKUA_FEAT_TX_CSUM | SKUA_FEAT_TX_GSO | \
			 SKUA_FEAT_RX_DECAP | SKUA_FEAT_RX_CSUM | \
			 SKUA_FEAT_RX_COALESCE)

const char *argp_program_version = "skua-nic 0.1";

struct options {
	struct nic_config nic[MAX_NICS];
	unsigned int nics;
	const char *capture;
	uint32_t snaplen;
	uint64_t capture_size;
	const char *control;
	const char *log;
	unsigned long spin_us;
	bool seeded;
	uint64_t seed;
	pid_t parent;
};

enum { OPT_SPIN = 0x100, OPT_LEVEL, OPT_SNAPLEN, OPT_SIZE, OPT_PARENT,
       OPT_SEED, OPT_CRYPTO };

static const struct argp_option options[] = {
	{ "nic", 'n', "KEY=VALUE,...", 0,
	  "A NIC: socket=PATH (vhost-user socket to listen on), and optionally mac=ADDRESS, name=NAME, stas=N, keys=N, txq=N (table and queue sizes; txq at most 8192), bands=MASK (1: 2.4, 2: 5, 4: 6 GHz), features=MASK, memory=MIB (most that a guest may have, default 65536). May be given several times.", 0 },
	{ "capture", 'c', "FILE", 0, "Write all frames on the air to FILE (pcapng)", 0 },
	{ "snaplen", OPT_SNAPLEN, "OCTETS", 0, "Capture so much of each data frame (default 0: all)", 0 },
	{ "capture-size", OPT_SIZE, "OCTETS", 0, "End the capture when FILE is that long (default 0: never)", 0 },
	{ "control", 'C', "PATH", 0, "Unix socket for counters and faults", 0 },
	{ "log", 'l', "FILE", 0, "Log to FILE instead of standard error", 0 },
	{ "log-level", OPT_LEVEL, "LEVEL", 0, "error, warning, info (default) or debug", 0 },
	{ "parent", OPT_PARENT, "PID", 0, "End when the process PID ends, which has started this one", 0 },
	{ "seed", OPT_SEED, "NUMBER", 0, "Begin the random numbers (backoff, delays of beacons, ENG_SYS_RANDOM) with this seed (default: another one each time)", 0 },
	{ "crypto", OPT_CRYPTO, "LIBRARY", 0, "Library for CCMP and GCMP: evp (OpenSSL), ipsec-mb, or auto (default): ipsec-mb if it is built in and the processor is one for it", 0 },
	{ "spin", OPT_SPIN, "US", 0, "How long to poll at most before sleeping (default 256 us); 0: never", 0 },
	{ 0 },
};

static void nic_defaults(struct nic_config *cfg, unsigned int index)
{
	/* The last octet is for further BSSes of an access point */
	const uint8_t mac[6] = { 0x02, 0x53, 0x4b, 0x55, (uint8_t)index, 0x00 };

	cfg->front_end = &vhost_front_end;
	memcpy(cfg->eng.mac, mac, sizeof(mac));
	snprintf(cfg->name, sizeof(cfg->name), "nic%u", index);
	cfg->eng.bands = SKUA_BAND_2GHZ | SKUA_BAND_5GHZ | SKUA_BAND_6GHZ;
	cfg->eng.chains = 2;
	cfg->eng.max_bw = SKUA_BW_160;
	cfg->eng.features = ALL_FEATURES;
	cfg->eng.max_stas = 256;
	cfg->eng.max_keys = 1024;
	cfg->eng.max_txq = 4096;
}

static bool copy_text(char *to, size_t room, const char *from)
{
	if (strlen(from) >= room)
		return false;
	strcpy(to, from);
	return true;
}

static bool parse_number(const char *text, unsigned long long min,
			 unsigned long long max, unsigned long long *val)
{
	char *end;

	errno = 0;
	*val = strtoull(text, &end, 0);
	/* strtoull() takes a sign, and wraps around */
	return !errno && !strchr(text, '-') && end != text && !*end &&
	       *val >= min && *val <= max;
}

static bool nic_number(struct nic_config *cfg, int key, const char *value)
{
	static const struct {
		unsigned long long min, max;
	} range[] = {
		{ 1, SKUA_MAX_STAS }, { 1, SKUA_MAX_KEYS }, { 16, 8192 },
		{ 1, 7 }, { 0, ALL_FEATURES }, { 1, 1 << 24 },
	};
	unsigned long long n;

	if (!parse_number(value, range[key].min, range[key].max, &n))
		return false;
	switch (key) {
	case 0:
		cfg->eng.max_stas = (uint32_t)n;
		break;
	case 1:
		cfg->eng.max_keys = (uint32_t)n;
		break;
	case 2:
		cfg->eng.max_txq = (uint32_t)n;
		break;
	case 3:
		cfg->eng.bands = (uint8_t)n;
		break;
	case 4:
		cfg->eng.features = n & ALL_FEATURES;
		break;
	default:
		cfg->memory = n << 20;
		break;
	}
	return true;
}

static bool nic_suboption(struct nic_config *cfg, int key, const char *value)
{
	if (!value)
		return false;
	switch (key) {
	case 0:
		return copy_text(cfg->socket, sizeof(cfg->socket), value);
	case 1:
		return addr_parse(value, cfg->eng.mac) &&
		       !(cfg->eng.mac[0] & 1);
	case 2:
		return copy_text(cfg->name, sizeof(cfg->name), value);
	default:
		return nic_number(cfg, key - 3, value);
	}
}

static void parse_nic(struct options *o, char *arg, struct argp_state *state)
{
	char * const keys[] = {
		"socket", "mac", "name", "stas", "keys", "txq", "bands",
		"features", "memory", NULL
	};
	struct nic_config *cfg;
	char *value;
	int key;

	if (o->nics == MAX_NICS)
		argp_error(state, "at most %d NICs", MAX_NICS);
	cfg = &o->nic[o->nics];
	nic_defaults(cfg, o->nics++);
	while (*arg) {
		key = getsubopt(&arg, keys, &value);
		if (key < 0)
			argp_error(state, "--nic: what is '%s'?", value);
		else if (!nic_suboption(cfg, key, value))
			argp_error(state, "--nic: bad value for %s", keys[key]);
	}
	if (!cfg->socket[0])
		argp_error(state, "--nic: socket=PATH is missing");
}

static void parse_crypto(const char *arg, struct argp_state *state)
{
	if (!strcmp(arg, "auto"))
		return;
	for (int lib = CRYPTO_LIB_EVP; lib <= CRYPTO_LIB_IPSEC_MB; lib++) {
		if (strcmp(arg, crypto_lib_name((enum crypto_lib)lib)))
			continue;
		if (crypto_lib_use((enum crypto_lib)lib))
			argp_error(state, "--crypto: %s: %s", arg,
				   crypto_lib_ipsec_mb());
		return;
	}
	argp_error(state, "--crypto: evp, ipsec-mb or auto");
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	unsigned long long n;

	switch (key) {
	case 'n':
		parse_nic(o, arg, state);
		return 0;
	case 'c':
		o->capture = arg;
		return 0;
	case 'C':
		o->control = arg;
		return 0;
	case 'l':
		o->log = arg;
		return 0;
	case OPT_LEVEL:
		if (log_parse_level(arg) < 0)
			argp_error(state, "no such log level: %s", arg);
		log_set_level((enum log_level)log_parse_level(arg));
		return 0;
	case OPT_SPIN:
		if (!parse_number(arg, 0, 1000000, &n))
			argp_error(state, "--spin: a number of microseconds");
		o->spin_us = (unsigned long)n;
		return 0;
	case OPT_SNAPLEN:
		if (!parse_number(arg, 0, UINT32_MAX, &n))
			argp_error(state, "--snaplen: a number of octets");
		o->snaplen = (uint32_t)n;
		return 0;
	case OPT_SIZE:
		if (!parse_number(arg, 0, UINT64_MAX, &n))
			argp_error(state, "--capture-size: a number of octets");
		o->capture_size = n;
		return 0;
	case OPT_SEED:
		if (!parse_number(arg, 0, UINT64_MAX, &n))
			argp_error(state, "--seed: a number");
		o->seed = n;
		o->seeded = true;
		return 0;
	case OPT_CRYPTO:
		parse_crypto(arg, state);
		return 0;
	case OPT_PARENT:
		if (!parse_number(arg, 1, INT_MAX, &n))
			argp_error(state, "--parent: the number of a process");
		o->parent = (pid_t)n;
		return 0;
	case ARGP_KEY_END:
		if (!o->nics)
			argp_error(state, "at least one --nic is needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.doc = "Plays Skua PCIe Wi-Fi NICs for User-Mode Linux, with the air between them.",
};

struct stopper {
	struct loop_fd watch;
	struct loop *loop;
};

static void on_signal(struct loop_fd *w, uint32_t events)
{
	struct stopper *s = container_of(w, struct stopper, watch);

	(void)events;
	loop_stop(s->loop);
}

static int watch_signals(struct stopper *s, struct loop *loop)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->loop = loop;
	s->watch.fn = on_signal;
	s->watch.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->watch.fd < 0 ? -errno : loop_fd_add(loop, &s->watch, EPOLLIN);
}

/* The parent may have ended before its end was made a signal: look afterwards. */
static bool watch_parent(pid_t parent)
{
	return !parent ||
	       (!prctl(PR_SET_PDEATHSIG, SIGTERM) && getppid() == parent);
}

/* Make the NICs, and chain them for the control socket. */
static bool make_nics(const struct options *o, struct loop *loop,
		      struct air *air, struct nic **nics)
{
	unsigned int i;

	for (i = 0; i < o->nics; i++) {
		nics[i] = nic_new(loop, air, &o->nic[i]);
		if (!nics[i])
			return false;
		if (i)
			nic_ctl(nics[i - 1])->next = nic_ctl(nics[i]);
	}
	return true;
}

static bool make_ctl(const struct options *o, struct loop *loop,
		     struct air *air, struct nic *first, struct ctl **ctl)
{
	const struct ctl_config cfg = {
		.path = o->control, .air = air, .nics = nic_ctl(first),
	};

	if (o->control)
		*ctl = ctl_new(loop, &cfg);
	return !o->control || *ctl;
}

struct capture_start {
	struct air_capture_wait wait;
	bool done;
	int err;
};

static void capture_started(struct air_capture_wait *wait, int err, bool whole)
{
	struct capture_start *s = container_of(wait, struct capture_start, wait);

	(void)whole;
	s->done = true;
	s->err = err;
}

/* There are no guests yet who would wait for the file. */
static bool begin_capture(const struct options *o, struct loop *loop,
			  struct air *air)
{
	struct capture_start s = { .wait.done = capture_started };

	if (!o->capture)
		return true;
	air_capture(air, o->capture, o->snaplen, o->capture_size, &s.wait);
	while (!s.done)
		loop_step(loop, true);
	if (s.err)
		log_err(NULL, "capture %s: %s", o->capture,
			s.err == -EEXIST ? "a file that is no capture is not overwritten" :
			strerror(-s.err));
	return !s.err;
}

static int run(const struct options *o, struct loop *loop, struct air *air)
{
	struct nic *nics[MAX_NICS] = { NULL };
	struct stopper stopper;
	struct ctl *ctl = NULL;
	int err, ret = 1;

	err = watch_signals(&stopper, loop);
	if (err) {
		log_err(NULL, "signals: %s", strerror(-err));
		return 1;
	}
	if (!watch_parent(o->parent)) {
		log_err(NULL, "process %d, which is to be the parent, has ended",
			(int)o->parent);
		return 1;
	}
	if (!begin_capture(o, loop, air))
		return 1;
	if (make_nics(o, loop, air, nics) &&
	    make_ctl(o, loop, air, nics[0], &ctl)) {
		loop_run(loop);
		ret = 0;
	}
	ctl_free(ctl);
	for (unsigned int i = 0; i < o->nics; i++)
		nic_free(nics[i]);
	loop_fd_del(loop, &stopper.watch);
	close(stopper.watch.fd);
	return ret;
}

/* The usual limit is for processes that call select(). A guest may pass many. */
static void allow_descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r))
		return;
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

int main(int argc, char **argv)
{
	static struct options o = { .spin_us = 100 };
	struct loop *loop;
	struct air *air;
	int err, ret = 1;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	err = log_open(o.log);
	if (err) {
		fprintf(stderr, "skua-nic: cannot log to %s: %s\n", o.log,
			strerror(-err));
		return 1;
	}
	err = log_start();
	if (err) {
		fprintf(stderr, "skua-nic: no thread for the log: %s\n",
			strerror(-err));
		return 1;
	}
	log_info(NULL, "CCMP and GCMP by %s; libipsec-mb: %s",
		 crypto_lib_name(crypto_lib_used()), crypto_lib_ipsec_mb());
	allow_descriptors();
	loop = loop_new(NULL);
	air = loop ? air_new(loop) : NULL;
	if (air) {
		loop_set_spin(loop, o.spin_us * LOOP_NS_PER_US);
		if (o.seeded)
			rng_seed(loop_rng(loop), o.seed);
		ret = run(&o, loop, air);
		air_free(air);
	} else {
		log_err(NULL, "out of memory");
	}
	if (loop)
		loop_free(loop);
	log_end(LOG_END_NS);
	return ret;
}
