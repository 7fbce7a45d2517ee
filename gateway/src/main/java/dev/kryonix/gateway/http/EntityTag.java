package dev.kryonix.gateway.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * Names the content of an answer (RFC 9110, section 8.8.3), so that a client that has it already
 * need not get it again. It is weak, because the same content may be sent compressed or not.
 *
 * @param text the tag as it stands in the header
 */
public record EntityTag(String text) {
  /** 96 bits of a digest: enough that two contents never share a tag by chance. */
  private static final int BYTES = 12;

  private static final String WEAK = "W/";

  /** The tag of a content. */
  public static EntityTag of(byte[] content) {
    byte[] digest = Arrays.copyOf(sha256().digest(content), BYTES);
    return new EntityTag(
        WEAK + '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(digest) + '"');
  }

  /**
   * The tag of a content by the version that a service calls it; none when it is empty, or would
   * break the header.
   */
  public static Optional<EntityTag> named(String version) {
    return !version.isEmpty() && version.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '"')
        ? Optional.of(new EntityTag(WEAK + '"' + version + '"'))
        : Optional.empty();
  }

  /** The one version that an If-None-Match header names; none when it names several, or any. */
  public static Optional<String> only(String ifNoneMatch) {
    String tag = ifNoneMatch.strip();
    String opaque = tag.startsWith(WEAK) ? tag.substring(WEAK.length()) : tag;
    int last = opaque.length() - 1;
    return last > 1 && opaque.startsWith("\"") && opaque.indexOf('"', 1) == last
        ? Optional.of(opaque.substring(1, last))
        : Optional.empty();
  }

  /** Whether an If-None-Match header names this content, by weak comparison. */
  public boolean matches(String ifNoneMatch) {
    if (ifNoneMatch.isEmpty()) {
      return false;
    }
    String opaque = text.substring(WEAK.length());
    for (String each : ifNoneMatch.split(",", -1)) {
      String tag = each.strip();
      if (tag.equals("*") || tag.equals(text) || tag.equals(opaque)) {
        return true;
      }
    }
    return false;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
