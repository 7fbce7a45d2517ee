package dev.kryonix.kit.identity;

import io.grpc.Metadata;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Reads the token of a call: `authorization: Bearer …`, once. */
public final class BearerToken {
  /** The header that carries it. */
  public static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final String SCHEME = "Bearer ";

  private BearerToken() {}

  /** The token; refuses with UNAUTHENTICATED when there is none, or more than one. */
  public static String of(Metadata headers) {
    @Nullable Iterable<String> values = headers.getAll(AUTHORIZATION);
    if (values == null) {
      throw TokenErrors.missing();
    }
    Iterator<String> each = values.iterator();
    String value = each.next();
    if (each.hasNext()) {
      throw TokenErrors.invalid("more than one authorization header");
    }
    return of(value);
  }

  /** The token in the value of an authorization header. */
  public static String of(@Nullable String authorization) {
    if (authorization == null || authorization.isBlank()) {
      throw TokenErrors.missing();
    }
    if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw TokenErrors.invalid("the authorization scheme must be Bearer");
    }
    String token = authorization.substring(SCHEME.length()).strip();
    if (!isOne(token)) {
      throw TokenErrors.invalid("one token must follow the scheme");
    }
    return token;
  }

  /**
   * Whether this is a token by RFC 6750, section 2.1; a comma would be two headers that someone has
   * joined. A loop rather than a regular expression, as it runs for every call.
   */
  private static boolean isOne(String token) {
    int end = token.length();
    while (end > 0 && token.charAt(end - 1) == '=') {
      end--;
    }
    for (int i = 0; i < end; i++) {
      if (!isOfToken(token.charAt(i))) {
        return false;
      }
    }
    return end > 0;
  }

  private static boolean isOfToken(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~'
        || c == '+'
        || c == '/';
  }
}
