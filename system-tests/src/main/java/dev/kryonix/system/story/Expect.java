package dev.kryonix.system.story;

import java.util.Objects;

/** What a step must find to be true. */
final class Expect {
  private Expect() {}

  static <T> void same(String what, T expected, T actual) {
    if (!Objects.equals(expected, actual)) {
      throw new IllegalStateException(
          "%s is %s, expected %s".formatted(what, brief(actual), brief(expected)));
    }
  }

  private static String brief(Object value) {
    String text = String.valueOf(value);
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
