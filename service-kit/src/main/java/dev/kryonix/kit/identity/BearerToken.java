package dev.kryonix.kit.identity;

import io.grpc.Metadata;
import java.util.Iterator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the token of a call: `authorization: Bearer …`, once. */
public final class BearerToken {
  /** The header that carries it. */
  public static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final String SCHEME = "Bearer ";

  /** RFC 6750 section 2.1; a comma would be two headers that someone has joined. */
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/-]+=*+");

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
    if (!FORM.matcher(token).matches()) {
      throw TokenErrors.invalid("one token must follow the scheme");
    }
    return token;
  }
}
