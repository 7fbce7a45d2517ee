package dev.kryonix.gateway.openapi;

/** The headers that say what a tenant has left of its request rate. */
final class RateLimits {
  private static final String POLICY = "RateLimit-Policy";
  private static final String LEFT = "RateLimit";

  private RateLimits() {}

  /** The headers of a response. */
  static Node headers() {
    return Node.of(POLICY, Node.ref("headers/" + POLICY)).put(LEFT, Node.ref("headers/" + LEFT));
  }

  /** What they are. */
  static Node components() {
    return Node.of(
            POLICY,
            header(
                "The tenant's rates, when it has any: `q` requests in `w` seconds.",
                "\"hour\";q=10000;w=3600, \"second\";q=200;w=1"))
        .put(
            LEFT,
            header(
                "What is left of them: `r` requests, more in `t` seconds.", "\"hour\";r=9871;t=1"));
  }

  private static Node header(String description, String example) {
    return Node.of("description", description)
        .put("schema", Node.of("type", "string"))
        .put("example", example);
  }
}
