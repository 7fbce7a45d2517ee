package dev.kryonix.cache.watch;

import com.google.protobuf.ByteString;
import dev.kryonix.api.cache.v1.EntryAddress;
import dev.kryonix.api.cache.v1.FlushScope;
import dev.kryonix.api.cache.v1.WatchRequest;
import dev.kryonix.api.cache.v1.WatchResponse;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.Tags;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a watcher wants to know. Told too much is harmless, told too little is not. */
final class Filter {
  private static final int DIGEST_BYTES = 8;
  private static final ByteString UNKNOWN = ByteString.copyFromUtf8("?");

  private final WatchRequest request;
  private final Set<ByteString> digests;

  Filter(WatchRequest request) {
    this.request = request;
    this.digests =
        request.getTagsList().stream()
            .map(tag -> ByteString.copyFrom(Tags.digest(tag)))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** What the watcher is told of an event: nothing, one thing, or one for each tag. */
  List<WatchResponse.Builder> told(Event event) {
    return switch (event.what()) {
      case 't' ->
          Tags.split(event.subject()).stream()
              .filter(tag -> request.getTagsCount() == 0 || request.getTagsList().contains(tag))
              .map(tag -> WatchResponse.newBuilder().setInvalidatedTag(tag))
              .toList();
      case 'f' -> flushed(new String(event.subject(), StandardCharsets.UTF_8));
      default -> entry(event);
    };
  }

  private List<WatchResponse.Builder> flushed(String scope) {
    String module = scope.substring(0, scope.indexOf(':'));
    String type = scope.substring(scope.indexOf(':') + 1);
    if (differ(module, request.getModule()) || differ(type, request.getType())) {
      return List.of();
    }
    FlushScope flushed = FlushScope.newBuilder().setModule(module).setType(type).build();
    return List.of(WatchResponse.newBuilder().setFlushed(flushed));
  }

  private static boolean differ(String one, String other) {
    return !one.isEmpty() && !other.isEmpty() && !one.equals(other);
  }

  private List<WatchResponse.Builder> entry(Event event) {
    EntryKey key = EntryKey.parse(event.subject());
    if (differ(key.module(), request.getModule())
        || differ(key.type(), request.getType())
        || !key.key().startsWith(request.getKeyPrefix())
        || !concerns(ByteString.copyFrom(event.digests()))) {
      return List.of();
    }
    EntryAddress address =
        EntryAddress.newBuilder()
            .setModule(key.module())
            .setType(key.type())
            .setKey(key.key())
            .build();
    WatchResponse.Builder told = WatchResponse.newBuilder();
    return List.of(
        switch (event.what()) {
          case 'w' -> told.setWritten(address);
          case 'd' -> told.setDeleted(address);
          default -> told.setExpired(address);
        });
  }

  private boolean concerns(ByteString tags) {
    if (digests.isEmpty() || tags.equals(UNKNOWN)) {
      return true;
    }
    for (int at = 0; at < tags.size(); at += DIGEST_BYTES) {
      if (digests.contains(tags.substring(at, at + DIGEST_BYTES))) {
        return true;
      }
    }
    return false;
  }
}
