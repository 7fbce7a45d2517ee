package dev.kryonix.gateway.web;

import io.grpc.Deadline;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Reads the header grpc-timeout: up to eight digits and a unit. */
final class Timeout {
  private static final Pattern FORM = Pattern.compile("[0-9]{1,8}[HMSmun]");

  private Timeout() {}

  /** The deadline that the header sets from now on; none when it is empty. */
  static Optional<Deadline> deadline(String header) {
    if (header.isEmpty()) {
      return Optional.empty();
    }
    if (!FORM.matcher(header).matches()) {
      throw WebErrors.timeout(header);
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
