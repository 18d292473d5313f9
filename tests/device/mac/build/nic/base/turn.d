/srv/w/fw/tests/device/mac/build/nic/base/turn.o: base/turn.c \
 ../device/base/turn.h
../device/base/turn.h:
