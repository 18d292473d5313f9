/srv/w/fw/tests/device/mac/build/nic/base/sock.o: base/sock.c \
 ../device/base/sock.h
../device/base/sock.h:
