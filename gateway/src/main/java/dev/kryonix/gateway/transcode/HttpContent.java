package dev.kryonix.gateway.transcode;

/**
 * A body with its type.
 *
 * @param type the content type as sent, or empty
 * @param bytes the body
 */
@SuppressWarnings("ArrayRecordComponent") // Carried from hand to hand, never compared.
public record HttpContent(String type, byte[] bytes) {
  public static final String JSON = "application/json";
  public static final String NDJSON = "application/x-ndjson";
  public static final String EVENT_STREAM = "text/event-stream";

  /** No body at all. */
  public static final HttpContent NONE = new HttpContent("", new byte[0]);

  /** The media type without its parameters, in lower case. */
  public String mediaType() {
    int semicolon = type.indexOf(';');
    return (semicolon < 0 ? type : type.substring(0, semicolon))
        .strip()
        .toLowerCase(java.util.Locale.ROOT);
  }
}
