/srv/w/fw/tests/device/mac/build/nic/dot11/fcs.o: dot11/fcs.c \
 ../device/dot11/frame.h
../device/dot11/frame.h:
