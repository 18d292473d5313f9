/srv/w/fw/tests/device/mac/build/nic/base/loop.o: base/loop.c \
 ../device/base/loop.h ../device/base/turn.h
../device/base/loop.h:
../device/base/turn.h:
