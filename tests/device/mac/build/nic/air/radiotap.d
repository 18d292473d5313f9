/srv/w/fw/tests/device/mac/build/nic/air/radiotap.o: air/radiotap.c \
 ../device/air/priv.h ../device/air/air.h ../hw.h ../hw/boot.h \
 ../hw/types.h ../hw/../fw/types.h ../hw/ring.h ../hw/chan.h ../hw/rate.h \
 ../hw/cipher.h ../hw/cmd.h ../hw/cmd_key.h ../hw/cipher.h \
 ../hw/cmd_scan.h ../hw/chan.h ../hw/cmd_sta.h ../hw/cmd_vif.h \
 ../hw/data.h ../hw/evt.h ../hw/rate.h ../hw/regs.h ../hw/ring.h \
 ../hw/types.h ../device/base/base.h ../device/base/helper.h \
 ../device/base/log.h ../device/base/loop.h ../device/base/turn.h \
 ../device/base/sock.h ../device/base/util.h ../device/dot11/dot11.h \
 ../device/dot11/airtime.h ../device/dot11/frame.h ../device/air/tap.h
../device/air/priv.h:
../device/air/air.h:
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
../device/base/base.h:
../device/base/helper.h:
../device/base/log.h:
../device/base/loop.h:
../device/base/turn.h:
../device/base/sock.h:
../device/base/util.h:
../device/dot11/dot11.h:
../device/dot11/airtime.h:
../device/dot11/frame.h:
../device/air/tap.h:
