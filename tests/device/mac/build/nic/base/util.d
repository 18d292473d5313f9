/srv/w/fw/tests/device/mac/build/nic/base/util.o: base/util.c \
 ../device/base/util.h
../device/base/util.h:
