/srv/w/fw/tests/device/mac/build/nic/crypto/wep.o: crypto/wep.c \
 ../device/crypto/priv.h ../device/crypto/crypto.h ../hw.h ../hw/boot.h \
 ../hw/types.h ../hw/../fw/types.h ../hw/ring.h ../hw/chan.h ../hw/rate.h \
 ../hw/cipher.h ../hw/cmd.h ../hw/cmd_key.h ../hw/cipher.h \
 ../hw/cmd_scan.h ../hw/chan.h ../hw/cmd_sta.h ../hw/cmd_vif.h \
 ../hw/data.h ../hw/evt.h ../hw/rate.h ../hw/regs.h ../hw/ring.h \
 ../hw/types.h ../device/dot11/dot11.h ../device/dot11/airtime.h \
 ../device/dot11/frame.h
../device/crypto/priv.h:
../device/crypto/crypto.h:
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
../device/dot11/dot11.h:
../device/dot11/airtime.h:
../device/dot11/frame.h:
