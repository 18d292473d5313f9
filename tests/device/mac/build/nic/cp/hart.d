/srv/w/fw/tests/device/mac/build/nic/cp/hart.o: cp/hart.c \
 ../device/cp/hart.h ../device/cp/hart_op.h
../device/cp/hart.h:
../device/cp/hart_op.h:
