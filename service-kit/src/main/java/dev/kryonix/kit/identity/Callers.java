package dev.kryonix.kit.identity;

import io.grpc.Context;

/** Carries the principal from the interceptors to the endpoint, and no further. */
public final class Callers {
  private static final Context.Key<Principal> KEY = Context.key("kryonix-principal");

  private static final Context.Key<String> SOURCE = Context.key("kryonix-source");

  private Callers() {}

  /**
   * The caller of the RPC being served. Only endpoints ask; below them the principal is an
   * argument.
   */
  public static Principal current() {
    Principal principal = KEY.get();
    if (principal == null) {
      throw new IllegalStateException(
          "no principal: the RPC is public or not behind the interceptor chain");
    }
    return principal;
  }

  /** The address that the call comes from, as the gateway or this process saw it, or empty. */
  public static String source() {
    String source = SOURCE.get();
    return source == null ? "" : source;
  }

  /** A context in which the call comes from that address. */
  public static Context from(Context context, String source) {
    return context.withValue(SOURCE, source);
  }

  /** A context in which the call comes from that address, and the caller is this one. */
  public static Context with(Context context, String source, Principal principal) {
    return context.withValues(SOURCE, source, KEY, principal);
  }

  /** A context in which the caller is this one. */
  public static Context with(Context context, Principal principal) {
    return context.withValue(KEY, principal);
  }
}
