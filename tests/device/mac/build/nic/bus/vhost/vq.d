/srv/w/fw/tests/device/mac/build/nic/bus/vhost/vq.o: bus/vhost/vq.c \
 ../device/base/base.h ../device/base/helper.h ../device/base/log.h \
 ../device/base/loop.h ../device/base/turn.h ../device/base/sock.h \
 ../device/base/util.h ../device/bus/vhost/priv.h \
 ../device/bus/vhost/vhost.h ../device/pcie/pcie.h ../device/pcie/bus.h \
 ../device/pcie/dma.h ../device/pcie/pci.h ../hw.h ../hw/boot.h \
 ../hw/types.h ../hw/../fw/types.h ../hw/ring.h ../hw/chan.h ../hw/rate.h \
 ../hw/cipher.h ../hw/cmd.h ../hw/cmd_key.h ../hw/cipher.h \
 ../hw/cmd_scan.h ../hw/chan.h ../hw/cmd_sta.h ../hw/cmd_vif.h \
 ../hw/data.h ../hw/evt.h ../hw/rate.h ../hw/regs.h ../hw/ring.h \
 ../hw/types.h ../device/pcie/ring.h
../device/base/base.h:
../device/base/helper.h:
../device/base/log.h:
../device/base/loop.h:
../device/base/turn.h:
../device/base/sock.h:
../device/base/util.h:
../device/bus/vhost/priv.h:
../device/bus/vhost/vhost.h:
../device/pcie/pcie.h:
../device/pcie/bus.h:
../device/pcie/dma.h:
../device/pcie/pci.h:
../hw.h:
../hw/boot.h:
../hw/types.h:
../hw/../fw/types.h:
../hw/ring.h:
../hw/chan.h:
../hw/rate.h:
../hw/cipher.h:
../hw/cmd.h:
../hw/cmd_key.h:
../hw/cipher.h:
../hw/cmd_scan.h:
../hw/chan.h:
../hw/cmd_sta.h:
../hw/cmd_vif.h:
../hw/data.h:
../hw/evt.h:
../hw/rate.h:
../hw/regs.h:
../hw/ring.h:
../hw/types.h:
../device/pcie/ring.h:
