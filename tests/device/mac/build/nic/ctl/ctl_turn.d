/srv/w/fw/tests/device/mac/build/nic/ctl/ctl_turn.o: ctl/ctl_turn.c \
 ../device/base/base.h ../device/base/helper.h ../device/base/log.h \
 ../device/base/loop.h ../device/base/turn.h ../device/base/sock.h \
 ../device/base/util.h ../device/ctl/ctl_turn.h
../device/base/base.h:
../device/base/helper.h:
../device/base/log.h:
../device/base/loop.h:
../device/base/turn.h:
../device/base/sock.h:
../device/base/util.h:
../device/ctl/ctl_turn.h:
