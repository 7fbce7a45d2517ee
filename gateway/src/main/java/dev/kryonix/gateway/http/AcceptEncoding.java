package dev.kryonix.gateway.http;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the encoding of an answer by Accept-Encoding (RFC 9110, section 12.5.3): what the client
 * likes best, and never what it refuses with a weight of zero, which Netty's own choice may do.
 */
final class AcceptEncoding {
  private AcceptEncoding() {}

  /**
   * Chooses.
   *
   * @param ours what there is, the best first
   * @return null when the client takes none of it
   */
  static @Nullable String choose(String header, List<String> ours) {
    @Nullable String best = null;
    double most = 0;
    for (String encoding : ours) {
      double weight = weight(header, encoding);
      if (weight > most) {
        best = encoding;
        most = weight;
      }
    }
    return best;
  }

  /** A name counts before the asterisk, wherever they stand. */
  private static double weight(String header, String encoding) {
    double any = 0;
    for (String each : header.toLowerCase(Locale.ROOT).split(",", -1)) {
      int semicolon = each.indexOf(';');
      String name = (semicolon < 0 ? each : each.substring(0, semicolon)).strip();
      double weight = semicolon < 0 ? 1 : quality(each.substring(semicolon + 1).strip());
      if (name.equals(encoding)) {
        return weight;
      }
      if (name.equals("*")) {
        any = weight;
      }
    }
    return any;
  }

  /** What is no weight refuses: an answer that is not compressed is always right. */
  private static double quality(String parameter) {
    if (!parameter.matches("q\\s*=\\s*[01](\\.[0-9]{0,3})?")) {
      return 0;
    }
    return Double.parseDouble(parameter.substring(parameter.indexOf('=') + 1).strip());
  }
}
