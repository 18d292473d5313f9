/srv/w/fw/tests/device/mac/build/nic/pcie/dma.o: pcie/dma.c \
 ../device/base/base.h ../device/base/helper.h ../device/base/log.h \
 ../device/base/loop.h ../device/base/turn.h ../device/base/sock.h \
 ../device/base/util.h ../device/pcie/dma.h ../device/pcie/unmap.h
../device/base/base.h:
../device/base/helper.h:
../device/base/log.h:
../device/base/loop.h:
../device/base/turn.h:
../device/base/sock.h:
../device/base/util.h:
../device/pcie/dma.h:
../device/pcie/unmap.h:
