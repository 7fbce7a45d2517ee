/**
 * JSON and query parameters to proto and back, as google.api.http and the proto3 JSON mapping say.
 */
@NullMarked
package dev.kryonix.gateway.transcode;

import org.jspecify.annotations.NullMarked;
