/srv/w/fw/tests/device/mac/build/nic/mac/txf.o: mac/txf.c \
 ../device/mac/count.h ../device/mac/cpl.h ../device/../hw.h \
 ../device/../hw/boot.h ../device/../hw/types.h \
 ../device/../hw/../fw/types.h ../device/../hw/ring.h \
 ../device/../hw/chan.h ../device/../hw/rate.h ../device/../hw/cipher.h \
 ../device/../hw/cmd.h ../device/../hw/cmd_key.h ../device/../hw/cipher.h \
 ../device/../hw/cmd_scan.h ../device/../hw/chan.h \
 ../device/../hw/cmd_sta.h ../device/../hw/cmd_vif.h \
 ../device/../hw/data.h ../device/../hw/evt.h ../device/../hw/rate.h \
 ../device/../hw/regs.h ../device/../hw/ring.h ../device/../hw/types.h \
 ../device/base/base.h ../device/base/helper.h ../device/base/log.h \
 ../device/base/loop.h ../device/base/turn.h ../device/base/sock.h \
 ../device/base/util.h ../device/mac/obj.h ../device/../fw/engine.h \
 ../device/../fw/../hw.h ../device/mac/key.h ../device/crypto/crypto.h \
 ../hw.h ../device/mac/txq.h ../device/dot11/dot11.h \
 ../device/dot11/airtime.h ../device/dot11/frame.h ../device/mac/priv.h \
 ../device/air/air.h ../device/mac/mac.h ../device/cp/cp.h \
 ../device/cp/eng.h ../fw/engine.h ../device/pcie/pcie.h \
 ../device/pcie/bus.h ../device/pcie/dma.h ../device/pcie/pci.h \
 ../device/pcie/ring.h ../device/mac/radar.h ../device/mac/rxe.h \
 ../device/mac/survey.h ../device/mac/txe.h
../device/mac/count.h:
../device/mac/cpl.h:
../device/../hw.h:
../device/../hw/boot.h:
../device/../hw/types.h:
../device/../hw/../fw/types.h:
../device/../hw/ring.h:
../device/../hw/chan.h:
../device/../hw/rate.h:
../device/../hw/cipher.h:
../device/../hw/cmd.h:
../device/../hw/cmd_key.h:
../device/../hw/cipher.h:
../device/../hw/cmd_scan.h:
../device/../hw/chan.h:
../device/../hw/cmd_sta.h:
../device/../hw/cmd_vif.h:
../device/../hw/data.h:
../device/../hw/evt.h:
../device/../hw/rate.h:
../device/../hw/regs.h:
../device/../hw/ring.h:
../device/../hw/types.h:
../device/base/base.h:
../device/base/helper.h:
../device/base/log.h:
../device/base/loop.h:
../device/base/turn.h:
../device/base/sock.h:
../device/base/util.h:
../device/mac/obj.h:
../device/../fw/engine.h:
../device/../fw/../hw.h:
../device/mac/key.h:
../device/crypto/crypto.h:
../hw.h:
../device/mac/txq.h:
../device/dot11/dot11.h:
../device/dot11/airtime.h:
../device/dot11/frame.h:
../device/mac/priv.h:
../device/air/air.h:
../device/mac/mac.h:
../device/cp/cp.h:
../device/cp/eng.h:
../fw/engine.h:
../device/pcie/pcie.h:
../device/pcie/bus.h:
../device/pcie/dma.h:
../device/pcie/pci.h:
../device/pcie/ring.h:
../device/mac/radar.h:
../device/mac/rxe.h:
../device/mac/survey.h:
../device/mac/txe.h:
