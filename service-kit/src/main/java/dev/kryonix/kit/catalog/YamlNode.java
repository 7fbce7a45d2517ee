package dev.kryonix.kit.catalog;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A value in a YAML document together with its path, so that a wrong one is named. */
record YamlNode(String path, @Nullable Object value) {
  private static final Pattern SPAN = Pattern.compile("(\\d+)([smhdy])");

  boolean isPresent() {
    return value != null;
  }

  YamlNode get(String key) {
    return new YamlNode(path + "." + key, map().get(key));
  }

  <T> Map<String, T> mapOf(Function<YamlNode, T> read) {
    Map<String, T> result = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map().entrySet()) {
      String key = String.valueOf(entry.getKey());
      result.put(key, read.apply(new YamlNode(path + "." + key, entry.getValue())));
    }
    return result;
  }

  <T> List<T> listOf(Function<YamlNode, T> read) {
    if (!(value instanceof List<?> list)) {
      throw wrong("a list");
    }
    return list.stream().map(item -> read.apply(new YamlNode(path + "[]", item))).toList();
  }

  String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  String text() {
    if (!(value instanceof String text)) {
      throw wrong("text");
    }
    return text;
  }

  int integer() {
    if (!(value instanceof Integer number)) {
      throw wrong("a whole number");
    }
    return number;
  }

  double fraction() {
    if (!(value instanceof Number number)) {
      throw wrong("a number");
    }
    return number.doubleValue();
  }

  boolean flag(boolean fallback) {
    if (value == null) {
      return fallback;
    }
    if (!(value instanceof Boolean flag)) {
      throw wrong("true or false");
    }
    return flag;
  }

  Duration seconds() {
    return Duration.ofSeconds(integer());
  }

  /** A span such as {@code 30m}, {@code 24h}, {@code 7d}, {@code 1y} (365 days), or 0. */
  Duration span() {
    if (value instanceof Integer number && number == 0) {
      return Duration.ZERO;
    }
    Matcher matcher = SPAN.matcher(text());
    if (!matcher.matches()) {
      throw wrong("a span such as 24h");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      case "d" -> Duration.ofDays(amount);
      default -> Duration.ofDays(365 * amount);
    };
  }

  /** A share such as {@code 99.9%}, as a part of 1. */
  double percentage() {
    String text = text();
    if (!text.endsWith("%")) {
      throw wrong("a percentage");
    }
    return new BigDecimal(text.substring(0, text.length() - 1)).movePointLeft(2).doubleValue();
  }

  private Map<?, ?> map() {
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong("a map");
    }
    return map;
  }

  private IllegalArgumentException wrong(String wanted) {
    return new IllegalArgumentException(
        "catalogue: " + path + " should be " + wanted + ", not " + value);
  }
}
