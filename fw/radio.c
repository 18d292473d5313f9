// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tuning of the radio, and its transmit power
 */
#include "mac.h"

static bool power_limited;
static s8 power_limit;
static u32 tunes;

void radio_limit_power(s8 dbm)
{
	power_limited = true;
	power_limit = dbm;
}

void radio_tune(const struct skua_chandef *chan)
{
	s8 power = chan && chan->power < limits.max_power ? chan->power : limits.max_power;

	if (power_limited && power_limit < power)
		power = power_limit;
	reg_write(ENG_RF_FREQ, chan ? chan->freq : 0);
	reg_write(ENG_RF_CENTER1, chan ? chan->center1 : 0);
	reg_write(ENG_RF_BW, chan ? chan->bw : SKUA_BW_20);
	reg_write(ENG_RF_POWER, (u32)(s32)power);
	reg_write(ENG_RF_TUNE, 1);
	tunes++;
}

u32 radio_tune_count(void)
{
	return tunes;
}
