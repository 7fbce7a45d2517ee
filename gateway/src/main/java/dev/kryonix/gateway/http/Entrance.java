package dev.kryonix.gateway.http;

/**
 * One way into the platform over HTTP: REST, gRPC-Web, WebSocket, pages. The first entrance that
 * takes a request gets it; REST stands last and takes whatever is left.
 */
public interface Entrance {
  /** Whether the request is for this entrance, by its head alone. */
  boolean takes(HttpRequestHead request);

  /**
   * A request has begun. Runs on the connection's event loop and must not block. A refusal that is
   * thrown becomes the answer.
   *
   * @return what takes the request's body
   */
  RequestBody begin(HttpExchange exchange);
}
