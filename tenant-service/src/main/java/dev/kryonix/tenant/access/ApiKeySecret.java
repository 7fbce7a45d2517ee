package dev.kryonix.tenant.access;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A secret API key, {@code kry_<id>_<secret>}. The id finds the key without the hash being an
 * index.
 *
 * @param id 12 characters
 * @param secret 43 characters: 256 bits
 */
record ApiKeySecret(String id, String secret) {
  static final String PREFIX = "kry_";

  private static final Pattern FORM = Pattern.compile("kry_([a-z0-9]{12})_([A-Za-z0-9_-]{43})");

  /** The secret key, when the text has its form. */
  static Optional<ApiKeySecret> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(new ApiKeySecret(matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }

  /** The key as its owner keeps it. */
  String text() {
    return PREFIX + id + "_" + secret;
  }

  @Override
  public String toString() {
    return PREFIX + id + "_***";
  }
}
