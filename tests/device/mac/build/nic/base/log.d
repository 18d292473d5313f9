/srv/w/fw/tests/device/mac/build/nic/base/log.o: base/log.c \
 ../device/base/log.h ../device/base/util.h
../device/base/log.h:
../device/base/util.h:
