package dev.kryonix.gateway.web;

import dev.kryonix.gateway.forward.TimeoutCheck;
import io.grpc.Deadline;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Reads the header grpc-timeout: up to eight digits and a unit. */
final class Timeout {
  private Timeout() {}

  /** The deadline that the header sets from now on; none when it is empty. */
  static Optional<Deadline> deadline(String header) {
    if (header.isEmpty()) {
      return Optional.empty();
    }
    if (!TimeoutCheck.isTimeout(header)) {
      throw TimeoutCheck.malformed(header);
    }
    int end = header.length() - 1;
    TimeUnit unit =
        switch (header.charAt(end)) {
          case 'H' -> TimeUnit.HOURS;
          case 'M' -> TimeUnit.MINUTES;
          case 'S' -> TimeUnit.SECONDS;
          case 'm' -> TimeUnit.MILLISECONDS;
          case 'u' -> TimeUnit.MICROSECONDS;
          default -> TimeUnit.NANOSECONDS;
        };
    return Optional.of(Deadline.after(Long.parseLong(header.substring(0, end)), unit));
  }
}
