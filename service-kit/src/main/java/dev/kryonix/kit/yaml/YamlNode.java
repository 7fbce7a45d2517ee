package dev.kryonix.kit.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * A value in a YAML document together with its path. A value of the wrong form is an {@link
 * IllegalArgumentException} that names it.
 *
 * @param path from the document's name on, parted by dots
 * @param value as the parser read it; null where there is none
 */
public record YamlNode(String path, @Nullable Object value) {
  private static final Pattern SPAN = Pattern.compile("(\\d+)([smhdy])");

  /** Reads a document; its name begins every path. */
  public static YamlNode read(String name, InputStream yaml) {
    return new YamlNode(name, new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml));
  }

  /** Reads a document that is beside the program's classes. */
  public static YamlNode readResource(String name, String resource) {
    try (InputStream yaml = YamlNode.class.getResourceAsStream(resource)) {
      if (yaml == null) {
        throw new IllegalStateException("the class path has no " + resource);
      }
      return read(name, yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isPresent() {
    return value != null;
  }

  /** The value of a key, which may be absent. */
  public YamlNode get(String key) {
    return new YamlNode(path + "." + key, map().get(key));
  }

  /** The values of a map, in the document's order. */
  public Map<String, YamlNode> entries() {
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    map()
        .forEach(
            (key, each) -> {
              if (!(key instanceof String name)) {
                throw wrong("a map with texts as keys; quote " + key);
              }
              entries.put(name, new YamlNode(path + "." + name, each));
            });
    return entries;
  }

  /** The values of a map, each read by the function. */
  public <T> Map<String, T> mapOf(Function<YamlNode, T> read) {
    Map<String, T> result = new LinkedHashMap<>();
    entries().forEach((key, each) -> result.put(key, read.apply(each)));
    return result;
  }

  /** The items of a list, each read by the function. */
  public <T> List<T> listOf(Function<YamlNode, T> read) {
    if (!(value instanceof List<?> list)) {
      throw wrong("a list");
    }
    return list.stream().map(item -> read.apply(new YamlNode(path + "[]", item))).toList();
  }

  /** The last part of the path. */
  public String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  public String text() {
    if (!(value instanceof String text)) {
      throw wrong("a text; quote other values");
    }
    return text;
  }

  /** A whole number, not negative. */
  public int integer() {
    if (!(value instanceof Integer number) || number < 0) {
      throw wrong("a whole number");
    }
    return number;
  }

  /** A number over 0. */
  public double number() {
    if (!(value instanceof Number number) || number.doubleValue() <= 0) {
      throw wrong("a number over 0");
    }
    return number.doubleValue();
  }

  /** True or false; absent means false. */
  public boolean flag() {
    if (value == null) {
      return false;
    }
    if (!(value instanceof Boolean flag)) {
      throw wrong("true or false");
    }
    return flag;
  }

  public Duration seconds() {
    return Duration.ofSeconds(integer());
  }

  /** A span such as {@code 30m}, {@code 24h}, {@code 7d}, {@code 1y} (365 days), or 0. */
  public Duration span() {
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
  public double percentage() {
    String text = text();
    if (!text.endsWith("%")) {
      throw wrong("a percentage");
    }
    return new BigDecimal(text.substring(0, text.length() - 1)).movePointLeft(2).doubleValue();
  }

  /** What to throw when the value is something else than what is wanted. */
  public IllegalArgumentException wrong(String wanted) {
    return new IllegalArgumentException(path + " should be " + wanted + ", not " + value);
  }

  private Map<?, ?> map() {
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong("a map");
    }
    return map;
  }
}
