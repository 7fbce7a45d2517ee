package dev.kryonix.gateway.authorize;

import dev.kryonix.gateway.limit.Peer;
import dev.kryonix.kit.policy.CallerInterceptor;
import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Which metadata of a caller goes on to the services. */
public final class ForwardedHeaders {
  private static final Pattern INTERNAL =
      Pattern.compile("(?:grpc[-_]?(?:metadata|gateway)[-_])*x[-_]kryonix");
  private static final String ACT_AS = CallerInterceptor.ACT_AS.name();
  private static final Metadata.Key<String> TIMEOUT = ascii("grpc-timeout");

  /** What of an HTTP request becomes metadata. */
  private static final Set<String> FROM_HTTP =
      Set.of(
          "authorization",
          ACT_AS,
          "traceparent",
          "tracestate",
          "baggage",
          "accept-language",
          "x-request-id");

  private ForwardedHeaders() {}

  /**
   * Takes away what a caller may not say: the platform's internal names in every spelling, and the
   * timeout, which the channel writes anew with the time that is left.
   */
  public static void strip(Metadata headers) {
    headers.discardAll(TIMEOUT);
    List<String> internal = new ArrayList<>(0);
    for (String name : headers.keys()) {
      if (isInternal(name)) {
        internal.add(name);
      }
    }
    for (String name : internal) {
      if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        headers.discardAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
      } else {
        headers.discardAll(ascii(name));
      }
    }
  }

  /** Tells the services where the call comes from. */
  public static void source(Metadata headers, Peer peer) {
    headers.put(CallerInterceptor.SOURCE, peer.name());
  }

  /** The metadata of an HTTP request; other headers stay behind. */
  public static Metadata fromHttp(Iterable<java.util.Map.Entry<String, String>> headers) {
    Metadata metadata = new Metadata();
    for (var header : headers) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (FROM_HTTP.contains(name)) {
        metadata.put(ascii(name), header.getValue());
      }
    }
    return metadata;
  }

  /**
   * {@code x-kryonix-…}, with underscores, as binary, or behind the prefix by which other gateways
   * map a header; only the act-as header, spelled exactly, is the caller's.
   */
  private static boolean isInternal(String name) {
    return (name.startsWith("x") || name.startsWith("grpc"))
        && !name.equals(ACT_AS)
        && INTERNAL.matcher(name).lookingAt();
  }

  private static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
