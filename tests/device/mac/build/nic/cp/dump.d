/srv/w/fw/tests/device/mac/build/nic/cp/dump.o: cp/dump.c \
 ../device/base/base.h ../device/base/helper.h ../device/base/log.h \
 ../device/base/loop.h ../device/base/turn.h ../device/base/sock.h \
 ../device/base/util.h ../device/cp/priv.h ../device/cp/cp.h \
 ../device/cp/eng.h ../fw/engine.h ../fw/../hw.h ../fw/../hw/boot.h \
 ../fw/../hw/types.h ../fw/../hw/../fw/types.h ../fw/../hw/ring.h \
 ../fw/../hw/chan.h ../fw/../hw/rate.h ../fw/../hw/cipher.h \
 ../fw/../hw/cmd.h ../fw/../hw/cmd_key.h ../fw/../hw/cipher.h \
 ../fw/../hw/cmd_scan.h ../fw/../hw/chan.h ../fw/../hw/cmd_sta.h \
 ../fw/../hw/cmd_vif.h ../fw/../hw/data.h ../fw/../hw/evt.h \
 ../fw/../hw/rate.h ../fw/../hw/regs.h ../fw/../hw/ring.h \
 ../fw/../hw/types.h ../hw.h ../device/pcie/pcie.h ../device/pcie/bus.h \
 ../device/pcie/dma.h ../device/pcie/pci.h ../device/pcie/ring.h
../device/base/base.h:
../device/base/helper.h:
../device/base/log.h:
../device/base/loop.h:
../device/base/turn.h:
../device/base/sock.h:
../device/base/util.h:
../device/cp/priv.h:
../device/cp/cp.h:
../device/cp/eng.h:
../fw/engine.h:
../fw/../hw.h:
../fw/../hw/boot.h:
../fw/../hw/types.h:
../fw/../hw/../fw/types.h:
../fw/../hw/ring.h:
../fw/../hw/chan.h:
../fw/../hw/rate.h:
../fw/../hw/cipher.h:
../fw/../hw/cmd.h:
../fw/../hw/cmd_key.h:
../fw/../hw/cipher.h:
../fw/../hw/cmd_scan.h:
../fw/../hw/chan.h:
../fw/../hw/cmd_sta.h:
../fw/../hw/cmd_vif.h:
../fw/../hw/data.h:
../fw/../hw/evt.h:
../fw/../hw/rate.h:
../fw/../hw/regs.h:
../fw/../hw/ring.h:
../fw/../hw/types.h:
../hw.h:
../device/pcie/pcie.h:
../device/pcie/bus.h:
../device/pcie/dma.h:
../device/pcie/pci.h:
../device/pcie/ring.h:
