/srv/w/fw/tests/device/mac/build/nic/cp/hart_decode.o: cp/hart_decode.c \
 ../device/cp/hart_op.h
../device/cp/hart_op.h:
