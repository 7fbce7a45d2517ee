package dev.kryonix.testkit.network;

import dev.kryonix.testkit.network.Fault.Direction;
import java.io.IOException;
import java.io.OutputStream;

/** One way through a connection: what is read at one end is written at the other, or is not. */
final class Pump {
  /** A throttled line passes so many bytes at once, so that it is slow and not jerky. */
  private static final int SLICE = 256;

  private final Line line;
  private final Direction direction;
  private final OutputStream out;
  private Fault counted = new Fault.None();
  private long passed;

  Pump(Line line, Direction direction, OutputStream out) {
    this.line = line;
    this.direction = direction;
    this.out = out;
  }

  /** Passes bytes on as the line is now; false when the connection is to be reset. */
  boolean pass(byte[] bytes, int length) throws IOException, InterruptedException {
    int done = 0;
    while (done < length) {
      Fault fault = line.fault();
      if (fault != counted) {
        counted = fault;
        passed = 0;
      }
      int left = length - done;
      int now =
          switch (fault) {
            case Fault.None none -> left;
            case Fault.Delay delay -> {
              line.await(fault, delay.by());
              yield left;
            }
            case Fault.Stall stall -> stall(fault);
            case Fault.HalfOpen half -> half.stalled() == direction ? stall(fault) : left;
            case Fault.Reset reset -> -1;
            case Fault.CutAfter cut ->
                cut.counted() == direction ? (int) Math.min(left, cut.bytes() - passed) : left;
            case Fault.Corrupt corrupt -> {
              if (corrupt.altered() == direction) {
                alter(bytes, done, length, corrupt.everyBytes());
              }
              yield left;
            }
            case Fault.Throttle throttle -> {
              int slice = Math.min(left, SLICE);
              line.await(fault, Line.timeOf(slice, throttle.bytesPerSecond()));
              yield slice;
            }
          };
      if (now < 0) {
        return false;
      }
      out.write(bytes, done, now);
      out.flush();
      done += now;
      passed += now;
      if (fault instanceof Fault.CutAfter cut
          && cut.counted() == direction
          && passed >= cut.bytes()) {
        return false;
      }
    }
    return true;
  }

  private int stall(Fault fault) throws InterruptedException {
    line.awaitEnd(fault);
    return 0;
  }

  private void alter(byte[] bytes, int from, int to, long every) {
    for (int i = from; i < to; i++) {
      if ((passed + i - from + 1) % every == 0) {
        bytes[i] ^= 1;
      }
    }
  }
}
