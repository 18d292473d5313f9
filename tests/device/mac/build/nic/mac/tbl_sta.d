/srv/w/fw/tests/device/mac/build/nic/mac/tbl_sta.o: mac/tbl_sta.c \
 ../device/mac/count.h ../device/mac/obj.h ../device/../fw/engine.h \
 ../device/../fw/../hw.h ../device/../fw/../hw/boot.h \
 ../device/../fw/../hw/types.h ../device/../fw/../hw/../fw/types.h \
 ../device/../fw/../hw/ring.h ../device/../fw/../hw/chan.h \
 ../device/../fw/../hw/rate.h ../device/../fw/../hw/cipher.h \
 ../device/../fw/../hw/cmd.h ../device/../fw/../hw/cmd_key.h \
 ../device/../fw/../hw/cipher.h ../device/../fw/../hw/cmd_scan.h \
 ../device/../fw/../hw/chan.h ../device/../fw/../hw/cmd_sta.h \
 ../device/../fw/../hw/cmd_vif.h ../device/../fw/../hw/data.h \
 ../device/../fw/../hw/evt.h ../device/../fw/../hw/rate.h \
 ../device/../fw/../hw/regs.h ../device/../fw/../hw/ring.h \
 ../device/../fw/../hw/types.h ../device/base/base.h \
 ../device/base/helper.h ../device/base/log.h ../device/base/loop.h \
 ../device/base/turn.h ../device/base/sock.h ../device/base/util.h \
 ../device/mac/key.h ../device/../hw.h ../device/crypto/crypto.h ../hw.h \
 ../device/mac/txq.h ../device/dot11/dot11.h ../device/dot11/airtime.h \
 ../device/dot11/frame.h ../device/mac/priv.h ../device/air/air.h \
 ../device/mac/cpl.h ../device/mac/mac.h ../device/cp/cp.h \
 ../device/cp/eng.h ../fw/engine.h ../device/pcie/pcie.h \
 ../device/pcie/bus.h ../device/pcie/dma.h ../device/pcie/pci.h \
 ../device/pcie/ring.h ../device/mac/radar.h ../device/mac/rxe.h \
 ../device/mac/survey.h ../device/mac/txe.h ../device/mac/tbl.h
../device/mac/count.h:
../device/mac/obj.h:
../device/../fw/engine.h:
../device/../fw/../hw.h:
../device/../fw/../hw/boot.h:
../device/../fw/../hw/types.h:
../device/../fw/../hw/../fw/types.h:
../device/../fw/../hw/ring.h:
../device/../fw/../hw/chan.h:
../device/../fw/../hw/rate.h:
../device/../fw/../hw/cipher.h:
../device/../fw/../hw/cmd.h:
../device/../fw/../hw/cmd_key.h:
../device/../fw/../hw/cipher.h:
../device/../fw/../hw/cmd_scan.h:
../device/../fw/../hw/chan.h:
../device/../fw/../hw/cmd_sta.h:
../device/../fw/../hw/cmd_vif.h:
../device/../fw/../hw/data.h:
../device/../fw/../hw/evt.h:
../device/../fw/../hw/rate.h:
../device/../fw/../hw/regs.h:
../device/../fw/../hw/ring.h:
../device/../fw/../hw/types.h:
../device/base/base.h:
../device/base/helper.h:
../device/base/log.h:
../device/base/loop.h:
../device/base/turn.h:
../device/base/sock.h:
../device/base/util.h:
../device/mac/key.h:
../device/../hw.h:
../device/crypto/crypto.h:
../hw.h:
../device/mac/txq.h:
../device/dot11/dot11.h:
../device/dot11/airtime.h:
../device/dot11/frame.h:
../device/mac/priv.h:
../device/air/air.h:
../device/mac/cpl.h:
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
../device/mac/tbl.h:
