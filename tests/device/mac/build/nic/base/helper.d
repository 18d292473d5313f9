/srv/w/fw/tests/device/mac/build/nic/base/helper.o: base/helper.c \
 ../device/base/helper.h ../device/base/log.h ../device/base/loop.h \
 ../device/base/turn.h
../device/base/helper.h:
../device/base/log.h:
../device/base/loop.h:
../device/base/turn.h:
