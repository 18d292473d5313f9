/srv/w/fw/tests/device/mac/build/test_tx.o: test_tx.c host.h \
 ../../../device/mac/priv.h ../../../device/air/air.h ../../../hw.h \
 ../../../hw/boot.h ../../../hw/types.h ../../../hw/../fw/types.h \
 ../../../hw/ring.h ../../../hw/chan.h ../../../hw/rate.h \
 ../../../hw/cipher.h ../../../hw/cmd.h ../../../hw/cmd_key.h \
 ../../../hw/cipher.h ../../../hw/cmd_scan.h ../../../hw/chan.h \
 ../../../hw/cmd_sta.h ../../../hw/cmd_vif.h ../../../hw/data.h \
 ../../../hw/evt.h ../../../hw/rate.h ../../../hw/regs.h \
 ../../../hw/ring.h ../../../hw/types.h ../../../device/base/base.h \
 ../../../device/base/helper.h ../../../device/base/log.h \
 ../../../device/base/loop.h ../../../device/base/turn.h \
 ../../../device/base/sock.h ../../../device/base/util.h \
 ../../../device/crypto/crypto.h ../../../device/dot11/dot11.h \
 ../../../device/dot11/airtime.h ../../../device/dot11/frame.h \
 ../../../device/mac/count.h ../../../device/mac/cpl.h \
 ../../../device/../hw.h ../../../device/mac/obj.h \
 ../../../device/../fw/engine.h ../../../device/../fw/../hw.h \
 ../../../device/mac/key.h ../../../device/mac/txq.h \
 ../../../device/mac/mac.h ../../../device/cp/cp.h \
 ../../../device/cp/eng.h ../../../fw/engine.h \
 ../../../device/pcie/pcie.h ../../../device/pcie/bus.h \
 ../../../device/pcie/dma.h ../../../device/pcie/pci.h \
 ../../../device/pcie/ring.h ../../../device/mac/radar.h \
 ../../../device/mac/rxe.h ../../../device/mac/survey.h \
 ../../../device/mac/txe.h
host.h:
../../../device/mac/priv.h:
../../../device/air/air.h:
../../../hw.h:
../../../hw/boot.h:
../../../hw/types.h:
../../../hw/../fw/types.h:
../../../hw/ring.h:
../../../hw/chan.h:
../../../hw/rate.h:
../../../hw/cipher.h:
../../../hw/cmd.h:
../../../hw/cmd_key.h:
../../../hw/cipher.h:
../../../hw/cmd_scan.h:
../../../hw/chan.h:
../../../hw/cmd_sta.h:
../../../hw/cmd_vif.h:
../../../hw/data.h:
../../../hw/evt.h:
../../../hw/rate.h:
../../../hw/regs.h:
../../../hw/ring.h:
../../../hw/types.h:
../../../device/base/base.h:
../../../device/base/helper.h:
../../../device/base/log.h:
../../../device/base/loop.h:
../../../device/base/turn.h:
../../../device/base/sock.h:
../../../device/base/util.h:
../../../device/crypto/crypto.h:
../../../device/dot11/dot11.h:
../../../device/dot11/airtime.h:
../../../device/dot11/frame.h:
../../../device/mac/count.h:
../../../device/mac/cpl.h:
../../../device/../hw.h:
../../../device/mac/obj.h:
../../../device/../fw/engine.h:
../../../device/../fw/../hw.h:
../../../device/mac/key.h:
../../../device/mac/txq.h:
../../../device/mac/mac.h:
../../../device/cp/cp.h:
../../../device/cp/eng.h:
../../../fw/engine.h:
../../../device/pcie/pcie.h:
../../../device/pcie/bus.h:
../../../device/pcie/dma.h:
../../../device/pcie/pci.h:
../../../device/pcie/ring.h:
../../../device/mac/radar.h:
../../../device/mac/rxe.h:
../../../device/mac/survey.h:
../../../device/mac/txe.h:
