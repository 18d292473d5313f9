// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - commands to the firmware
 *
 * A command either waits for its answer or is posted. The wiphy mutex serialises
 * commands that wait, so there is at most one of them; posted commands may come
 * between, from any context. Both kinds go through the command ring in order.
 */
#include <kunit/static_stub.h>

#include "skua.h"
#include "trace.h"

#define SKUA_CMD_TIMEOUT_MS	2000
/*
 * A command is answered within milliseconds, and an op may need many; mac80211 holds the
 * RTNL meanwhile. A NIC that took nearly two seconds for each would hold it for minutes.
 * So beyond what a busy host may need for one, all commands together have a credit:
 * skua_credit_count().
 */
#define SKUA_CMD_FREE_MS	200
#define SKUA_CMD_CREDIT		(5 * HZ)
#define SKUA_CMD_GRACE_MS	1000	/* of commands that wait by themselves */

/* The command that waits for its answer; on its sender's stack. */
struct skua_cmd_wait {
	u16 op;
	u16 seq;
	u16 status;
	bool answered;
	void *answer;
	u16 answer_len;
	u16 got;
};

/* ------------------------------------------------------------------ */
/* Commands								*/
/* ------------------------------------------------------------------ */

static const struct {
	int err;
	const char *text;
} skua_status_tab[] = {
	[SKUA_ST_OK]		= { 0,			"done" },
	[SKUA_ST_INVALID]	= { -EINVAL,		"invalid" },
	[SKUA_ST_NO_ENTRY]	= { -ENOENT,		"no such entry" },
	[SKUA_ST_EXISTS]	= { -EEXIST,		"exists already" },
	[SKUA_ST_NO_SPACE]	= { -ENOSPC,		"table full" },
	[SKUA_ST_UNSUPPORTED]	= { -EOPNOTSUPP,	"unsupported" },
	[SKUA_ST_BUSY]		= { -EBUSY,		"busy" },
	[SKUA_ST_STALE]		= { -ESTALE,		"stale generation" },
	[SKUA_ST_DMA]		= { -EFAULT,		"memory not readable" },
	[SKUA_ST_STATE]		= { -EINVAL,		"not in this state" },
};

static int skua_status_errno(u16 status)
{
	if (status >= ARRAY_SIZE(skua_status_tab))
		return -EPROTO;
	return skua_status_tab[status].err;
}

static const char *skua_status_text(u16 status)
{
	if (status >= ARRAY_SIZE(skua_status_tab))
		return "unknown status";
	return skua_status_tab[status].text;
}

static u16 skua_cmd_next_seq(struct skua *sc)
{
	return (u16)atomic_inc_return(&sc->cmd_seq);
}

/*
 * The frames published until now go before the command, all others after it. A
 * frame that is published during this loop may go either way: its sender and the
 * command's have not agreed on an order.
 */
static void skua_cmd_order(struct skua *sc, struct skua_cmd *cmd)
{
	unsigned int i;
	u32 prod;

	for (i = 0; i < SKUA_NUM_TX_RINGS; i++) {
		/*
		 * (f) Before the command is published: a NIC that sees the command
		 * sees the frames' index, too. Partner: (F) after the store of prod.
		 */
		prod = smp_load_acquire(&skua_tx_ring(sc, i)->published);
		cmd->tx_prod[i] = cpu_to_le32(prod);
	}
}

/* Write one command into the ring and show it to the NIC. */
static int skua_cmd_write(struct skua *sc, u16 seq,
			  const struct skua_cmd_req *req, dma_addr_t ext,
			  u32 *index)
{
	struct skua_ring *ring = &sc->ring[SKUA_RING_CMD];
	struct skua_cmd *cmd;

	if (req->len > SKUA_CMD_INLINE ||
	    (req->ext_len && req->len > SKUA_CMD_EXT_ADDR))
		return -EINVAL;

	spin_lock_bh(&ring->lock);
	if (!skua_ring_room(ring)) {
		spin_unlock_bh(&ring->lock);
		skua_count(sc, SKUA_CTR_CMD_RING_FULL);
		return -EBUSY;
	}
	cmd = skua_ring_slot(ring, ring->next);
	memset(cmd, 0, sizeof(*cmd));
	cmd->op = cpu_to_le16(req->op);
	cmd->len = cpu_to_le16(req->len);
	cmd->flags = cpu_to_le16(req->flags);
	cmd->seq = cpu_to_le16(seq);
	cmd->ext_len = cpu_to_le32(req->ext_len);
	skua_cmd_order(sc, cmd);
	if (req->len)
		memcpy(cmd->data, req->data, req->len);
	if (req->ext_len) {
		__le64 addr = cpu_to_le64(ext);

		memcpy(cmd->data + SKUA_CMD_EXT_ADDR, &addr, sizeof(addr));
	}
	if (index)
		*index = ring->next;
	ring->next++;
	trace_skua_cmd(sc, req->op, seq, req->len, req->ext_len, req->flags);
	skua_count(sc, SKUA_CTR_CMD_SENT);
	skua_ring_publish(ring);
	spin_unlock_bh(&ring->lock);
	return 0;
}

/* Wipe a command's slot, unless a later command has it already. */
static void skua_cmd_wipe(struct skua *sc, u32 index)
{
	struct skua_ring *ring = &sc->ring[SKUA_RING_CMD];
	struct skua_cmd *cmd = skua_ring_slot(ring, index);

	spin_lock_bh(&ring->lock);
	if (ring->next - index <= ring->entries)
		memzero_explicit(cmd->data, sizeof(cmd->data));
	spin_unlock_bh(&ring->lock);
}

static void skua_cmd_set_wait(struct skua *sc, struct skua_cmd_wait *wait)
{
	spin_lock_bh(&sc->cmd_lock);
	sc->cmd_wait = wait;
	spin_unlock_bh(&sc->cmd_lock);
}

/*
 * Wait for room: the ring can be full of posted commands for a moment. Firmware
 * that takes none is dead, and the watchdog notices it sooner than this ends.
 */
static int skua_cmd_write_patiently(struct skua *sc, u16 seq,
				    const struct skua_cmd_req *req, u32 *index)
{
	unsigned int tries;
	int ret = -EBUSY;

	for (tries = 0; tries < 100 && ret == -EBUSY; tries++) {
		if (tries)
			usleep_range(1000, 2000);
		if (!skua_alive(sc))
			return -EIO;
		ret = skua_cmd_write(sc, seq, req, sc->ext_dma, index);
	}
	return ret;
}

/* The driver cannot know any more which state the NIC is in. */
static int skua_cmd_nonsense(struct skua *sc, u16 op,
			     const struct skua_cmd_wait *wait)
{
	skua_count(sc, SKUA_CTR_EVT_BAD);
	dev_err(sc->dev, "command 0x%02x answered with status %u and %u of %u bytes\n",
		op, wait->status, wait->got, wait->answer_len);
	skua_nic_dead(sc, SKUA_FATAL_NONE, "the firmware's answer makes no sense");
	return -EPROTO;
}

static int skua_cmd_finish(struct skua *sc, const struct skua_cmd_req *req,
			   const struct skua_cmd_wait *wait)
{
	int ret;

	if (!wait->answered)
		return test_bit(SKUA_F_GONE, &sc->flags) ? -ENODEV : -EIO;
	ret = skua_status_errno(wait->status);
	if (ret == -ENOENT && req->may_miss)
		return ret;
	if (ret == -EPROTO)
		return skua_cmd_nonsense(sc, req->op, wait);
	if (ret) {
		skua_count(sc, SKUA_CTR_CMD_FAILED);
		dev_dbg(sc->dev, "command 0x%02x: %s\n", req->op,
			skua_status_text(wait->status));
		return ret;
	}
	if (req->answer && wait->got < req->answer_len)
		return skua_cmd_nonsense(sc, req->op, wait);
	return 0;
}

/**
 * skua_cmd_charge() - a command has ended: is the NIC too slow in all?
 * @sc: the device
 * @waited: for the answer, jiffies
 * @free: of these, what the command may need, jiffies
 *
 * Wiphy mutex.
 *
 * Return: true if this command was slow, and the credit of slow commands is used up
 */
VISIBLE_IF_KUNIT bool skua_cmd_charge(struct skua *sc, unsigned long waited,
				      unsigned long free)
{
	struct skua_credit *credit = &sc->cmd_credit;

	skua_credit_count(credit, SKUA_CMD_CREDIT);
	/* A NIC that has been restarted, and is quick now, does not die again. */
	if (waited <= free)
		return false;
	credit->used += waited - free;
	return credit->used > SKUA_CMD_CREDIT;
}
EXPORT_SYMBOL_IF_KUNIT(skua_cmd_charge);

static void skua_cmd_waited(struct skua *sc, const struct skua_cmd_req *req,
			    unsigned long since)
{
	unsigned int free = SKUA_CMD_FREE_MS;

	if (req->timeout_ms > SKUA_CMD_GRACE_MS)
		free += req->timeout_ms - SKUA_CMD_GRACE_MS;
	if (!skua_cmd_charge(sc, jiffies - since, msecs_to_jiffies(free)) ||
	    !skua_alive(sc))
		return;
	skua_count(sc, SKUA_CTR_CMD_SLOW);
	skua_nic_dead(sc, SKUA_FATAL_NONE,
		      "the firmware answers too slowly, command after command");
}

/**
 * skua_cmd_exec() - send a command and wait for its end
 * @sc: the device
 * @req: the command
 *
 * Process context, wiphy mutex held. A NIC that does not answer in time, or again and
 * again just in time, is declared dead.
 *
 * Return: 0; -ENODEV if the NIC has been removed; -EIO if it is dead or dies
 * meanwhile; -ETIMEDOUT; the error for the firmware's status: -EINVAL, -ENOENT,
 * -EEXIST, -ENOSPC, -EOPNOTSUPP, -EBUSY, -ESTALE, -EFAULT; -EPROTO if the answer
 * makes no sense: the NIC is declared dead then, too.
 */
int skua_cmd_exec(struct skua *sc, const struct skua_cmd_req *req)
{
	unsigned int ms = req->timeout_ms ?: SKUA_CMD_TIMEOUT_MS;
	struct skua_cmd_wait wait = {
		.op = req->op,
		.answer = req->answer,
		.answer_len = req->answer_len,
	};
	unsigned long since = jiffies;
	u32 index;
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(skua_cmd_exec, sc, req);
	lockdep_assert_wiphy(sc->hw->wiphy);
	if (test_bit(SKUA_F_GONE, &sc->flags))
		return -ENODEV;
	if (!skua_alive(sc))
		return -EIO;
	if (req->ext_len > SKUA_CMD_MAX_EXT)
		return -EINVAL;
	if (req->ext_len)
		memcpy(sc->ext, req->ext, req->ext_len);

	wait.seq = skua_cmd_next_seq(sc);
	skua_cmd_set_wait(sc, &wait);
	ret = skua_cmd_write_patiently(sc, wait.seq, req, &index);
	if (ret) {
		skua_cmd_set_wait(sc, NULL);
		return ret;
	}
	ret = wait_event_timeout(sc->state_wait,
				 READ_ONCE(wait.answered) || !skua_alive(sc),
				 msecs_to_jiffies(ms));
	/* From here on, skua_cmd_done() leaves @wait alone. */
	skua_cmd_set_wait(sc, NULL);
	if (req->flags & SKUA_CMDF_SECRET)
		skua_cmd_wipe(sc, index);
	if (!ret && !wait.answered) {
		skua_count(sc, SKUA_CTR_CMD_TIMEOUT);
		dev_err(sc->dev, "command 0x%02x: no answer in %u ms\n",
			req->op, ms);
		if (skua_check_status(sc))
			skua_nic_dead(sc, SKUA_FATAL_NONE,
				      "the firmware does not answer");
		return -ETIMEDOUT;
	}
	skua_cmd_waited(sc, req, since);
	return skua_cmd_finish(sc, req, &wait);
}

/**
 * skua_cmd_send() - send a command without further data, wait for its end
 * @sc: the device
 * @op: enum skua_cmd_op
 * @data: the command's structure
 * @len: bytes of @data
 *
 * Process context, wiphy mutex held.
 *
 * Return: see skua_cmd_exec().
 */
int skua_cmd_send(struct skua *sc, u16 op, const void *data, u16 len)
{
	const struct skua_cmd_req req = { .op = op, .data = data, .len = len };

	return skua_cmd_exec(sc, &req);
}

/**
 * skua_cmd_send_u32() - send a command that is one number
 * @sc: the device
 * @op: enum skua_cmd_op
 * @val: the number
 *
 * Process context, wiphy mutex held.
 *
 * Return: see skua_cmd_exec().
 */
int skua_cmd_send_u32(struct skua *sc, u16 op, u32 val)
{
	struct skua_cmd_u32 cmd = { .val = cpu_to_le32(val) };

	return skua_cmd_send(sc, op, &cmd, sizeof(cmd));
}

/**
 * skua_cmd_post() - send a command and do not wait
 * @sc: the device
 * @op: enum skua_cmd_op
 * @data: the command's structure
 * @len: bytes of @data
 *
 * Any context but hard interrupts. The command takes effect before any later
 * command and frame. A refusal by the firmware is counted and logged. If the ring
 * is full, the caller repeats the command later, or does without it: see
 * skua_cmd_post_sleep().
 *
 * Return: 0, -EIO if the NIC is dead, -EBUSY if the ring is full, -EINVAL.
 */
int skua_cmd_post(struct skua *sc, u16 op, const void *data, u16 len)
{
	struct skua_cmd_req req = {
		.op = op,
		.flags = SKUA_CMDF_NO_ACK,
		.data = data,
		.len = len,
	};

	KUNIT_STATIC_STUB_REDIRECT(skua_cmd_post, sc, op, data, len);
	if (op == SKUA_CMD_KEY_TKIP_PHASE1)
		req.flags |= SKUA_CMDF_SECRET;
	if (!skua_alive(sc))
		return -EIO;
	return skua_cmd_write(sc, skua_cmd_next_seq(sc), &req, 0, NULL);
}

/**
 * skua_cmd_post_sleep() - send a command, and wait for room but for no answer
 * @sc: the device
 * @op: enum skua_cmd_op
 * @data: the command's structure
 * @len: bytes of @data
 *
 * Process context, wiphy mutex; sleeps. For what must arrive.
 *
 * Return: 0, -EIO if the NIC is dead, -EBUSY if the firmware takes no commands,
 * -EINVAL.
 */
int skua_cmd_post_sleep(struct skua *sc, u16 op, const void *data, u16 len)
{
	const struct skua_cmd_req req = {
		.op = op,
		.flags = SKUA_CMDF_NO_ACK,
		.data = data,
		.len = len,
	};

	KUNIT_STATIC_STUB_REDIRECT(skua_cmd_post_sleep, sc, op, data, len);
	lockdep_assert_wiphy(sc->hw->wiphy);
	return skua_cmd_write_patiently(sc, skua_cmd_next_seq(sc), &req, NULL);
}

/**
 * skua_heartbeat_send() - ask the firmware for a sign of life
 * @sc: the device
 *
 * Any context but hard interrupts. A heartbeat that finds no room in the ring
 * counts as not answered.
 */
void skua_heartbeat_send(struct skua *sc)
{
	const struct skua_cmd_req req = { .op = SKUA_CMD_NOP };
	u16 seq = skua_cmd_next_seq(sc);

	spin_lock_bh(&sc->cmd_lock);
	WRITE_ONCE(sc->heartbeat_due, true);
	sc->heartbeat_seq = seq;
	spin_unlock_bh(&sc->cmd_lock);
	skua_cmd_write(sc, seq, &req, 0, NULL);
}

/**
 * skua_heartbeat_pending() - is the answer to a heartbeat awaited?
 * @sc: the device
 *
 * Any context.
 *
 * Return: true if it is.
 */
bool skua_heartbeat_pending(struct skua *sc)
{
	return READ_ONCE(sc->heartbeat_due);
}

/**
 * skua_heartbeat_forget() - stop waiting for the answer to a heartbeat
 * @sc: the device
 *
 * Any context but hard interrupts. The NIC has been reset: no answer comes.
 */
void skua_heartbeat_forget(struct skua *sc)
{
	spin_lock_bh(&sc->cmd_lock);
	WRITE_ONCE(sc->heartbeat_due, false);
	spin_unlock_bh(&sc->cmd_lock);
}

/* Is the answer for the command that waits, or for the heartbeat? NAPI. */
static bool skua_cmd_awaited(struct skua *sc,
			     const struct skua_evt_cmd_done *done,
			     const u8 *answer, u16 len)
{
	u16 op = le16_to_cpu(done->op), seq = le16_to_cpu(done->seq);
	struct skua_cmd_wait *wait;
	bool awaited = true;

	spin_lock(&sc->cmd_lock);
	wait = sc->cmd_wait;
	if (wait && wait->op == op && wait->seq == seq && !wait->answered) {
		wait->status = le16_to_cpu(done->status);
		wait->got = min(len, wait->answer_len);
		if (wait->answer)
			memcpy(wait->answer, answer, wait->got);
		WRITE_ONCE(wait->answered, true);
		wake_up_all(&sc->state_wait);
	} else if (op == SKUA_CMD_NOP && sc->heartbeat_due &&
		   seq == sc->heartbeat_seq) {
		WRITE_ONCE(sc->heartbeat_due, false);
	} else {
		awaited = false;
	}
	spin_unlock(&sc->cmd_lock);
	return awaited;
}

/**
 * skua_cmd_done() - the firmware has answered a command
 * @sc: the device
 * @data: data of CMD_DONE, a private copy
 * @len: bytes of @data; too few are counted and logged
 *
 * NAPI.
 *
 * Return: opcode of a posted command that the firmware refused, else
 * SKUA_CMD_NOP. The sender of such a command did not wait for the answer.
 */
u16 skua_cmd_done(struct skua *sc, const u8 *data, u16 len)
{
	struct skua_evt_cmd_done done;
	u16 op, status;

	lockdep_assert_in_softirq();
	if (len < sizeof(done)) {
		skua_count(sc, SKUA_CTR_EVT_BAD);
		skua_complain(sc, "CMD_DONE of %u bytes\n", len);
		return SKUA_CMD_NOP;
	}
	memcpy(&done, data, sizeof(done));
	data += sizeof(done);
	len -= sizeof(done);
	op = le16_to_cpu(done.op);
	status = le16_to_cpu(done.status);
	trace_skua_cmd_done(sc, op, le16_to_cpu(done.seq), status, len);

	if (skua_cmd_awaited(sc, &done, data, len))
		return SKUA_CMD_NOP;
	if (status != SKUA_ST_OK) {
		skua_count(sc, SKUA_CTR_CMD_FAILED);
		skua_complain(sc, "posted command 0x%02x: %s\n", op,
			      skua_status_text(status));
		return op;
	}
	skua_count(sc, SKUA_CTR_EVT_BAD);
	skua_complain(sc, "answer to a command 0x%02x that nobody waits for\n",
		      op);
	return SKUA_CMD_NOP;
}

/**
 * skua_fwctl_init() - locks and scratch memory of the control channel
 * @sc: the device
 *
 * Process context, in probe. All memory is device-managed.
 *
 * Return: 0 or -ENOMEM.
 */
int skua_fwctl_init(struct skua *sc)
{
	spin_lock_init(&sc->cmd_lock);
	init_waitqueue_head(&sc->state_wait);
	init_completion(&sc->alive);
	sc->ext = dmam_alloc_coherent(sc->dev, SKUA_CMD_MAX_EXT, &sc->ext_dma,
				      GFP_KERNEL);
	return sc->ext ? 0 : -ENOMEM;
}
