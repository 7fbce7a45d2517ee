package dev.kryonix.kit.nearcache;

import com.google.protobuf.ByteString;

/**
 * An entry as it was read.
 *
 * @param value its value
 * @param contentType the media type that the writer gave, or empty
 * @param etag identifies its version, for writes under a condition
 */
public record NearEntry(ByteString value, String contentType, String etag) {}
